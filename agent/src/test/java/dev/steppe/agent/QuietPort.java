package dev.steppe.agent;

import dev.steppe.io.TaskScope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A port on loopback that counts who calls and says nothing to them: it hangs up, or has them wait for ever. */
final class QuietPort implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final TaskScope scope = new TaskScope("quiet-port");
    private final List<Socket> waiting = new CopyOnWriteArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();

    private QuietPort(boolean hangsUp) throws IOException {
        scope.startVirtual("accept", () -> {
            while (!socket.isClosed()) {
                try {
                    var caller = socket.accept();
                    calls.incrementAndGet();
                    if (hangsUp) {
                        caller.close();
                    } else {
                        waiting.add(caller);
                    }
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    static QuietPort hangingUp() throws IOException {
        return new QuietPort(true);
    }

    static QuietPort keepingWaiting() throws IOException {
        return new QuietPort(false);
    }

    /** Host and port. */
    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    int calls() {
        return calls.get();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket caller : waiting) {
            caller.close();
        }
        scope.close();
    }
}
