package dev.steppe.client.artifact;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Repositories in a directory, served by git's own program behind an HTTP server on loopback; for one user, where wanted. */
final class GitServer implements AutoCloseable {
    final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private final Path root;
    private final Optional<String> credentials;
    private final HttpServer server;

    GitServer(Path root, Optional<String> credentials) throws IOException {
        this.root = root;
        this.credentials = credentials;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.createContext("/", this::answer);
        server.start();
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** A repository with these files in one commit, in a branch; answers the commit. */
    static String repository(Path directory, String branch, Map<String, String> files) throws Exception {
        Files.createDirectories(directory);
        git(directory, "init", "-q", "-b", branch, ".");
        return commit(directory, files);
    }

    static String commit(Path directory, Map<String, String> files) throws Exception {
        for (var file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        git(directory, "add", "-A");
        git(
                directory,
                "-c",
                "user.name=Somebody",
                "-c",
                "user.email=somebody@example.com",
                "commit",
                "-q",
                "-m",
                "Change");
        return git(directory, "rev-parse", "HEAD").strip();
    }

    static String git(Path directory, String... words) throws Exception {
        var command = new ArrayList<>(List.of("git"));
        command.addAll(Arrays.asList(words));
        var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
        builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
        var process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(output);
        }
        return output;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getRequestHeaders();
            var shown = Optional.ofNullable(headers.getFirst("Authorization"));
            asked.add(exchange.getRequestURI().getPath() + " " + shown.orElse("") + " "
                    + Optional.ofNullable(headers.getFirst("X-Token")).orElse(""));
            boolean known = credentials.isEmpty()
                    || shown.filter(it -> it.equals("Basic "
                                    + Base64.getEncoder()
                                            .encodeToString(credentials.get().getBytes(StandardCharsets.UTF_8))))
                            .isPresent();
            if (!known) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"repositories\"");
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            serve(exchange);
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        var builder = new ProcessBuilder("git", "http-backend").redirectError(ProcessBuilder.Redirect.DISCARD);
        var environment = builder.environment();
        environment.put("GIT_PROJECT_ROOT", root.toString());
        environment.put("GIT_HTTP_EXPORT_ALL", "1");
        environment.put("PATH_INFO", exchange.getRequestURI().getPath());
        environment.put(
                "QUERY_STRING",
                Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse(""));
        environment.put("REQUEST_METHOD", exchange.getRequestMethod());
        for (var header : Map.of(
                        "CONTENT_TYPE", "Content-Type",
                        "HTTP_CONTENT_ENCODING", "Content-Encoding",
                        "GIT_PROTOCOL", "Git-Protocol")
                .entrySet()) {
            Optional.ofNullable(headers.getFirst(header.getValue()))
                    .ifPresent(value -> environment.put(header.getKey(), value));
        }
        byte[] body = exchange.getRequestBody().readAllBytes();
        environment.put("CONTENT_LENGTH", Integer.toString(body.length));
        var process = builder.start();
        try (var stdin = process.getOutputStream()) {
            stdin.write(body);
        }
        var output = process.getInputStream().readAllBytes();
        int end = new String(output, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n");
        int status = 200;
        for (String line : new String(output, 0, Math.max(0, end), StandardCharsets.ISO_8859_1).split("\r\n")) {
            var parts = line.split(": ", 2);
            if (parts[0].equals("Status")) {
                status = Integer.parseInt(parts[1].split(" ", 2)[0]);
            } else if (parts.length == 2) {
                exchange.getResponseHeaders().add(parts[0], parts[1]);
            }
        }
        var content = new ByteArrayOutputStream();
        content.write(output, end + 4, output.length - end - 4);
        exchange.sendResponseHeaders(status, content.size() == 0 ? -1 : content.size());
        exchange.getResponseBody().write(content.toByteArray());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
