package dev.steppe.client.check;

import dev.steppe.io.linux.NamespaceThread;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * Checks over TCP, HTTP/1.1 and gRPC, from a socket opened inside the allocation's network namespace: what listens on the
 * allocation's loopback only is reached all the same.
 */
public final class SocketProbe implements Probe {
    private final NamespaceThread namespaces;

    public SocketProbe(NamespaceThread namespaces) {
        this.namespaces = namespaces;
    }

    @Override
    public Result ask(Target target) throws InterruptedException {
        var check = target.check();
        long deadlineNanos = System.nanoTime() + target.timeout().toNanos();
        try (Socket socket = open(target)) {
            int timeoutMillis = Math.toIntExact(Math.max(1, target.timeout().toMillis()));
            socket.connect(new InetSocketAddress(target.address(), target.port()), timeoutMillis);
            if (check.type().equals("tcp")) {
                return Result.passing("TCP connect " + target.place() + ": Success");
            }
            socket.setSoTimeout(timeoutMillis);
            return switch (check.type()) {
                case "http" -> new HttpProbe(target, deadlineNanos).ask(socket);
                case "grpc" -> new GrpcProbe(target, deadlineNanos).ask(socket);
                default -> Result.critical("checks of type \"" + check.type() + "\" are not known");
            };
        } catch (SocketTimeoutException slow) {
            return Result.critical(check.type() + " " + target.place() + ": no answer within "
                    + target.timeout().toMillis() + " ms");
        } catch (IOException failed) {
            return Result.critical(check.type() + " " + target.place() + ": " + failed.getMessage());
        }
    }

    private Socket open(Target target) throws IOException, InterruptedException {
        if (target.namespace().isEmpty()) {
            return new Socket();
        }
        // A bound socket has its descriptor, and so belongs to the namespace of the thread that bound it.
        return namespaces.call(NamespaceThread.Entry.network(target.namespace().get()), () -> {
            var socket = new Socket();
            socket.bind(new InetSocketAddress("0.0.0.0", 0));
            return socket;
        });
    }
}
