package dev.steppe.examples;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;

/**
 * Shows what the count service says, as a page for people ({@code /}) and as JSON ({@code /count}). Where the service is,
 * it takes from COUNTING_SERVICE_URL.
 */
public final class CountDashboard {
    private final SmallServer server;
    private final Upstream counting;

    CountDashboard(InetSocketAddress listen, Upstream counting) throws IOException {
        this.counting = counting;
        this.server = new SmallServer(listen)
                .get("/", this::page)
                .get("/count", exchange -> SmallServer.send(exchange, 200, "application/json", counting.get("/")))
                .get("/health", exchange -> SmallServer.text(exchange, 200, "ok\n"));
    }

    public static void main(String[] arguments) throws IOException {
        String url = System.getenv().getOrDefault("COUNTING_SERVICE_URL", "http://127.0.0.1:9001");
        var counting = new Upstream("count-api", URI.create(url));
        new CountDashboard(Arguments.listen(arguments, "0.0.0.0:9002"), counting).start();
    }

    void start() {
        server.start("count-dashboard");
    }

    int port() {
        return server.port();
    }

    void stop() {
        server.stop();
    }

    private void page(HttpExchange exchange) throws IOException {
        String state;
        try {
            state = "<p class=\"count\">" + counting.get("/").strip().replaceAll(".*\"count\":(\\d+).*", "$1") + "</p>";
        } catch (IOException refused) {
            state = "<p class=\"refused\">" + escaped(String.valueOf(refused.getMessage())) + "</p>";
        }
        SmallServer.send(exchange, 200, "text/html; charset=utf-8", PAGE.replace("STATE", state));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static final String PAGE = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8"><meta http-equiv="refresh" content="1">
            <title>Count dashboard</title>
            <style>
              body { font-family: system-ui, sans-serif; display: grid; place-items: center; height: 90vh }
              .count { font-size: 20vh; margin: 0 }
              .refused { color: #a00 }
            </style>
            STATE
            </html>
            """;
}
