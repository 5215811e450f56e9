package dev.steppe.proxy;

import dev.steppe.io.TaskScope;
import dev.steppe.mesh.configuration.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An application of tests: first says its name and a newline, then sends back what it reads, and ends its direction when the
 * other one ended.
 */
public final class EchoService implements AutoCloseable {
    private final TaskScope scope = new TaskScope("echo");
    private final ServerSocket listener;
    private final byte[] greeting;
    private final AtomicInteger connections = new AtomicInteger();

    /** Listens in the network namespace of the calling thread. */
    public EchoService(String name) throws IOException {
        this.greeting = (name + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        this.listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        scope.startVirtual("accept", this::acceptAll);
    }

    public Address address() {
        return new Address("127.0.0.1", listener.getLocalPort());
    }

    public int connections() {
        return connections.get();
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                var socket = listener.accept();
                connections.incrementAndGet();
                scope.startVirtual("serve", () -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.getOutputStream().write(greeting);
            socket.getInputStream().transferTo(socket.getOutputStream());
            socket.shutdownOutput();
        } catch (IOException gone) {
            // the caller went away, which is what some tests are about
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        scope.close();
    }
}
