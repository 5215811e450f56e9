package dev.steppe.agent.demo;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** HTTP calls of the demonstration to the agent's two dialects and to the services it shows. */
final class Calls implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final String nomad;
    private final String consul;

    Calls(int nomadPort, int consulPort) {
        nomad = "http://127.0.0.1:" + nomadPort;
        consul = "http://127.0.0.1:" + consulPort;
    }

    /** An answer: HTTP status and body. */
    record Answer(int status, String body) {
        Object json() throws IOException {
            try {
                return Codec.fromJson(Object.class, body);
            } catch (CodecException malformed) {
                throw new IOException("the answer is not JSON: " + malformed.getMessage());
            }
        }

        List<Map<String, Object>> rows() throws IOException {
            return maps((List<?>) json());
        }
    }

    @SuppressWarnings("unchecked") // JSON objects are maps with text keys
    static List<Map<String, Object>> maps(@Nullable Object value) {
        return (value instanceof List<?> list ? list : List.of())
                .stream().map(row -> (Map<String, Object>) row).toList();
    }

    @SuppressWarnings("unchecked") // JSON objects are maps with text keys
    static Map<String, Object> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    Answer nomad(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(nomad + path)).GET());
    }

    Answer consul(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(consul + path)).GET());
    }

    Answer consulPut(String path, Object body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(consul + path))
                .PUT(HttpRequest.BodyPublishers.ofString(Codec.toJson(body))));
    }

    Answer page(String url) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url)).GET());
    }

    /** A response that goes on and on; the caller closes it. */
    InputStream stream(String url) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create(url)).GET().build(),
                        HttpResponse.BodyHandlers.ofInputStream())
                .body();
    }

    /** The job that a file with these variables means, in the API's shape. */
    Map<String, Object> parse(String source, Map<String, String> variables) throws IOException, InterruptedException {
        var assignments = new StringBuilder();
        new TreeMap<>(variables)
                .forEach((name, value) -> assignments
                        .append(name)
                        .append(" = ")
                        .append(value.chars().allMatch(Character::isDigit) ? value : "\"" + value + "\"")
                        .append('\n'));
        var parsed = post("/v1/jobs/parse", Map.of("JobHCL", source, "Variables", assignments.toString()));
        if (parsed.status() != 200) {
            throw new IOException("the job file was not accepted: " + parsed.body());
        }
        return map(parsed.json());
    }

    void register(Map<String, Object> job) throws IOException, InterruptedException {
        var registered = post("/v1/jobs", Map.of("Job", job));
        if (registered.status() != 200) {
            throw new IOException("the job was not accepted: " + registered.body());
        }
    }

    private Answer post(String path, Object body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(nomad + path))
                .POST(HttpRequest.BodyPublishers.ofString(Codec.toJson(body))));
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
