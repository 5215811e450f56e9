package dev.steppe.examples;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/** Counts its own requests: the service behind the count dashboard. Each GET adds one and answers JSON. */
public final class CountApi {
    private final AtomicLong count = new AtomicLong();
    private final SmallServer server;

    CountApi(InetSocketAddress listen) throws IOException {
        server = new SmallServer(listen)
                .get("/", exchange -> SmallServer.send(exchange, 200, "application/json", next()))
                .get("/health", exchange -> SmallServer.text(exchange, 200, "ok\n"));
    }

    public static void main(String[] arguments) throws IOException {
        new CountApi(Arguments.listen(arguments, "0.0.0.0:9001")).start();
    }

    void start() {
        server.start("count-api");
    }

    int port() {
        return server.port();
    }

    void stop() {
        server.stop();
    }

    private String next() {
        return "{\"count\":" + count.incrementAndGet() + ",\"process\":"
                + ProcessHandle.current().pid() + "}\n";
    }
}
