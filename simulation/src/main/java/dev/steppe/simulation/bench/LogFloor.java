package dev.steppe.simulation.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** What no replicated log on this machine can be quicker than, measured in the same run: one fsync, one round trip. */
final class LogFloor {
    private static final int ROUNDS = 2000;
    private static final int MESSAGE_BYTES = 400;

    private LogFloor() {}

    static String line(Path directory, Supplier<SSLContext> security) throws Exception {
        return String.format(
                Locale.ROOT,
                "floor: write and force %d bytes p50 %.3f ms; there and back over loopback, TLS 1.3, p50 %.3f ms",
                MESSAGE_BYTES,
                force(directory) / 1e6,
                roundTrip(security) / 1e6);
    }

    private static double force(Path directory) throws IOException {
        long[] nanos = new long[ROUNDS];
        try (var file =
                FileChannel.open(directory.resolve("floor"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // As the log does: into space that the file has already.
            file.write(ByteBuffer.allocate(ROUNDS * MESSAGE_BYTES));
            file.force(true);
            for (int i = 0; i < ROUNDS; i++) {
                long begin = System.nanoTime();
                file.write(ByteBuffer.allocate(MESSAGE_BYTES), (long) i * MESSAGE_BYTES);
                file.force(false);
                nanos[i] = System.nanoTime() - begin;
            }
        }
        return median(nanos);
    }

    private static double roundTrip(Supplier<SSLContext> security) throws Exception {
        try (var server = (SSLServerSocket)
                security.get().getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server.setNeedClientAuth(true);
            var echo = CompletableFuture.runAsync(() -> echo(server));
            long[] nanos = new long[ROUNDS];
            try (var socket = (SSLSocket) security.get()
                    .getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
                socket.setTcpNoDelay(true);
                var message = new byte[MESSAGE_BYTES];
                for (int i = 0; i < ROUNDS; i++) {
                    long begin = System.nanoTime();
                    socket.getOutputStream().write(message);
                    socket.getInputStream().readNBytes(message, 0, MESSAGE_BYTES);
                    nanos[i] = System.nanoTime() - begin;
                }
            }
            echo.join();
            return median(nanos);
        }
    }

    private static void echo(SSLServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.setTcpNoDelay(true);
            var message = new byte[MESSAGE_BYTES];
            while (socket.getInputStream().readNBytes(message, 0, MESSAGE_BYTES) == MESSAGE_BYTES) {
                socket.getOutputStream().write(message);
            }
        } catch (IOException ended) {
            // The other side closes when it has measured.
        }
    }

    private static double median(long[] nanos) {
        // The first ones warm the machine up.
        var measured = Arrays.copyOfRange(nanos, nanos.length / 2, nanos.length);
        Arrays.sort(measured);
        return measured[measured.length / 2];
    }
}
