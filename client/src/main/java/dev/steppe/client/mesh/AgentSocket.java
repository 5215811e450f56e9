package dev.steppe.client.mesh;

import dev.steppe.io.TaskScope;
import dev.steppe.io.linux.HeldDirectory;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * A socket in a directory of an allocation that leads to the agent's own API, for tasks that do not reach the machine's
 * loopback. Whoever gets to the directory may use it. Closing ends its connections; the file stays.
 */
final class AgentSocket implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AgentSocket.class.getName());
    private static final int CONNECTIONS_MAX = 100;
    private static final int BUFFER = 16 * 1024;

    private final TaskScope scope = new TaskScope("agent-socket");
    private final Semaphore places = new Semaphore(CONNECTIONS_MAX);
    private final ServerSocketChannel listener;
    private final Supplier<SocketAddress> api;

    /** Makes the socket of that name anew; {@code directory} is one that nobody but the agent can exchange. */
    AgentSocket(Path directory, String name, Supplier<SocketAddress> api) throws IOException {
        this.api = api;
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        // the name of a socket may be 108 characters long, and directories of allocations are deep
        try (var held = HeldDirectory.hold(directory)) {
            Path file = held.at(name);
            Files.deleteIfExists(file);
            listener.bind(UnixDomainSocketAddress.of(file));
            Files.setAttribute(file, "unix:mode", 0666);
        } catch (IOException failed) {
            listener.close();
            throw failed;
        }
        scope.startVirtual("accept", this::accept);
    }

    private void accept() {
        try {
            while (true) {
                var caller = listener.accept();
                if (places.tryAcquire()) {
                    scope.startVirtual("talk", () -> talk(caller));
                } else {
                    caller.close();
                }
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void talk(SocketChannel caller) {
        try (caller;
                var agent = SocketChannel.open(api.get())) {
            var answers = scope.startVirtual("answers", () -> copy(agent, caller));
            copy(caller, agent);
            answers.join();
        } catch (IOException away) {
            LOG.log(Level.DEBUG, "the agent's API does not take a call reason=" + away.getMessage());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            places.release();
        }
    }

    /** Until there is no more; then the other side is told so. */
    private static void copy(SocketChannel from, SocketChannel to) {
        var buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException broken) {
            try {
                from.close();
                to.close();
            } catch (IOException alreadyClosed) {
                return;
            }
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException alreadyClosed) {
            LOG.log(Level.DEBUG, "a socket was closed already reason=" + alreadyClosed.getMessage());
        }
        scope.close();
    }
}
