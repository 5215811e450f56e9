package dev.steppe.examples;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The plain process of the examples: a transcoding engine that listens on the loopback of its own network only, so that
 * nobody reaches it except through the mesh. {@code /stream} ticks ten times a second for as long as the caller listens.
 */
public final class TranscodeEngine {
    private static final long TICK_MILLIS = 100;

    private final ScheduledExecutorService ticks = Executors.newScheduledThreadPool(2);
    private final AtomicLong transcoded = new AtomicLong();
    private final SmallServer server;

    TranscodeEngine(InetSocketAddress listen) throws IOException {
        server = new SmallServer(listen)
                .get("/health", exchange -> SmallServer.text(exchange, 200, "ok\n"))
                .get("/transcode", exchange -> SmallServer.text(exchange, 200, transcode()))
                .get("/metrics", exchange -> SmallServer.text(exchange, 200, "transcoded " + transcoded.get() + "\n"))
                .get("/stream", this::stream);
    }

    public static void main(String[] arguments) throws IOException {
        new TranscodeEngine(Arguments.listen(arguments, "127.0.0.1:7000")).start();
    }

    void start() {
        server.start("transcode-engine");
    }

    int port() {
        return server.port();
    }

    void stop() {
        ticks.shutdownNow();
        server.stop();
    }

    private String transcode() {
        String allocation = System.getenv("NOMAD_ALLOC_ID");
        return "clip " + transcoded.incrementAndGet() + " transcoded by process "
                + ProcessHandle.current().pid() + (allocation == null ? "" : " of allocation " + allocation) + "\n";
    }

    private void stream(HttpExchange exchange) throws IOException {
        OutputStream body = SmallServer.stream(exchange);
        var count = new AtomicLong();
        var ended = new CountDownLatch(1);
        var ticking = ticks.scheduleAtFixedRate(
                () -> {
                    try {
                        body.write(("tick " + count.incrementAndGet() + "\n").getBytes(StandardCharsets.UTF_8));
                        body.flush();
                    } catch (IOException left) {
                        ended.countDown();
                    }
                },
                0,
                TICK_MILLIS,
                TimeUnit.MILLISECONDS);
        try {
            ended.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            ticking.cancel(true);
        }
    }
}
