package dev.steppe.examples;

import com.sun.net.httpserver.HttpExchange;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * The JVM service of the examples: answers people and asks the transcoding engine, which it knows only as its upstream.
 * A refused upstream is a 502 that says so.
 */
public final class TranscodeApi {
    private final SmallServer server;
    private final Upstream engine;

    TranscodeApi(InetSocketAddress listen, Upstream engine) throws IOException {
        this.engine = engine;
        this.server = new SmallServer(listen)
                .get("/healthz", exchange -> SmallServer.text(exchange, 200, "ok\n"))
                .get("/transcode", exchange -> SmallServer.text(exchange, 200, engine.get("/transcode")))
                .get("/stream", this::relay);
    }

    public static void main(String[] arguments) throws IOException {
        String port = System.getenv().getOrDefault("NOMAD_PORT_http", "8080");
        var engine = Upstream.named("transcode-engine", "127.0.0.1:9090");
        new TranscodeApi(Arguments.listen(arguments, "0.0.0.0:" + port), engine).start();
    }

    void start() {
        server.start("transcode-api");
    }

    int port() {
        return server.port();
    }

    void stop() {
        server.stop();
    }

    /** Passes the engine's ticks on line by line, so that one open connection spans both hops. */
    private void relay(HttpExchange exchange) throws IOException {
        try (var lines = new BufferedReader(new InputStreamReader(engine.open("/stream"), StandardCharsets.UTF_8))) {
            OutputStream body = SmallServer.stream(exchange);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                body.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                body.flush();
            }
        }
    }
}
