package dev.steppe.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Executors;

/**
 * An HTTP server on the JDK's own, with a thread per request, so that a request may wait for another program. Listens
 * once constructed and answers once started.
 */
final class SmallServer {
    private final HttpServer server;

    SmallServer(InetSocketAddress listen) throws IOException {
        server = HttpServer.create(listen, 128);
        server.setExecutor(Executors.newCachedThreadPool());
    }

    /** Answers GET requests for a path and everything below it. */
    SmallServer get(String path, Answer answer) {
        server.createContext(path, exchange -> {
            try (exchange) {
                answerOrExplain(exchange, answer);
            }
        });
        return this;
    }

    private static void answerOrExplain(HttpExchange exchange, Answer answer) throws IOException {
        try {
            answer.to(exchange);
        } catch (IOException refused) {
            text(exchange, 502, refused.getMessage() + "\n");
        }
    }

    void start(String name) {
        server.start();
        System.out.printf(Locale.ROOT, "%s listens on %s%n", name, server.getAddress());
    }

    int port() {
        return server.getAddress().getPort();
    }

    void stop() {
        server.stop(0);
    }

    static void text(HttpExchange exchange, int status, String body) throws IOException {
        send(exchange, status, "text/plain; charset=utf-8", body);
    }

    static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** A body without a known end; the caller writes until one side has enough. */
    static OutputStream stream(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    /** Answers one request. A failure that the handler does not explain itself becomes a 502 with its message. */
    interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }
}
