package dev.steppe.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An HTTP server on loopback that answers prepared requests and writes down what it was asked. */
final class ReplayServer implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    /** An answer and its index header. */
    record Answer(int status, long index, String body) {}

    ReplayServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Prepares the answer to a method and path with query; several to the same one are given in turn, the last for ever. */
    void prepare(String request, Answer answer) {
        answers.computeIfAbsent(request, key -> new ArrayDeque<>()).add(answer);
    }

    List<String> requests() {
        return List.copyOf(requests);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var token = exchange.getRequestHeaders().getFirst("X-Nomad-Token");
            requests.add(
                    request + (token == null ? "" : " token=" + token) + (body.isEmpty() ? "" : " " + abridged(body)));
            var answer = next(request);
            var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("X-Nomad-Index", Long.toString(answer.index()));
            exchange.getResponseHeaders().set("X-Consul-Index", Long.toString(answer.index()));
            // length 0 means chunked here, -1 means none
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : 0);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    /** Jobs are long and the model's matter; what a command adds around them is what counts here. */
    private static String abridged(String body) {
        var start = body.indexOf("\"Job\":{");
        if (start < 0) {
            return body;
        }
        var submission = body.indexOf("},\"Submission\"");
        var end = submission < 0 ? body.length() - 2 : submission;
        var id = body.substring(start, end).replaceFirst(".*?(\"ID\":\"[^\"]*\").*", "$1");
        return body.substring(0, start) + "\"Job\":{" + id + ",..." + body.substring(end);
    }

    private synchronized Answer next(String request) {
        var prepared = answers.get(request);
        if (prepared == null) {
            return new Answer(404, 1, "not found");
        }
        return prepared.size() > 1 ? prepared.removeFirst() : prepared.getFirst();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
