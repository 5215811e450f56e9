package dev.steppe.simulation.bench;

import dev.steppe.agent.link.Joining;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Several servers of one cluster, each a process of its own with its log on this disk. Closing ends and removes them. */
final class BenchServers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long LOOK_NANOS = 50_000_000;
    private static final String CONFIGURATION = """
            name = "server-%d"
            data_dir = "%s"
            ports {
              http = %d
              rpc = %d
              serf = %d
              consul = %d
              dns = %d
            }
            server {
              enabled = true
              heartbeat_grace = "10m"
              job_gc_interval = "24h"
            }
            client { enabled = false }
            """;

    private final Path directory;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final List<Server> servers = new ArrayList<>();

    /** One of them: its process, and where its APIs are. */
    record Server(Process process, int port, int consulPort, Path log) {
        URI at(String path) {
            return URI.create("http://127.0.0.1:" + port + path);
        }
    }

    private BenchServers(Path directory) {
        this.directory = directory;
    }

    /** Starts so many, one after the other; each has at most that heap, in megabytes. */
    static BenchServers start(int count, int heapMegabytes) throws IOException, InterruptedException {
        return start(count, "-Xmx" + heapMegabytes + "m");
    }

    /** The same with heaps that are the servers' own from the start, as machines for servers give them. */
    static BenchServers startWithOwnHeaps(int count, int heapMegabytes) throws IOException, InterruptedException {
        return start(count, "-Xms" + heapMegabytes + "m -Xmx" + heapMegabytes + "m -XX:+AlwaysPreTouch");
    }

    private static BenchServers start(int count, String heap) throws IOException, InterruptedException {
        var started = new BenchServers(Files.createTempDirectory("steppe-bench-"));
        try {
            for (int i = 0; i < count; i++) {
                started.add(heap);
            }
            return started;
        } catch (IOException | InterruptedException | RuntimeException failed) {
            started.close();
            throw failed;
        }
    }

    List<Server> all() {
        return List.copyOf(servers);
    }

    private void add(String heap) throws IOException, InterruptedException {
        int number = servers.size();
        Path own = Files.createDirectory(directory.resolve("server-" + number));
        Path file = directory.resolve("server-" + number + ".hcl");
        var ports = BenchAgent.freePorts(5);
        Files.writeString(
                file,
                CONFIGURATION.formatted(
                        number, own, ports.get(0), ports.get(1), ports.get(2), ports.get(3), ports.get(4)));
        var command = new ArrayList<>(List.of("./steppe", "agent", "-config=" + file));
        if (number > 0) {
            var token = token("server");
            Path secret = Files.writeString(
                    directory.resolve("token-" + number), token.secret().text());
            command.add("-join=" + token.server() + "#@" + secret);
        }
        Path log = directory.resolve("server-" + number + ".log");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment()
                .put(
                        "STEPPE_JAVA_OPTIONS",
                        heap + " -XX:-UseSerialGC -XX:+UseG1GC " + System.getProperty("steppe.bench.java", ""));
        servers.add(new Server(builder.start(), ports.get(0), ports.get(3), log));
        await("server " + number + " takes part", () -> members(servers.getFirst()) > number);
    }

    private int members(Server server) throws IOException, InterruptedException {
        var answer = get(server, "/v1/operator/raft/configuration");
        return answer.statusCode() == 200 ? answer.body().split("\"Voter\":true", -1).length - 1 : 0;
    }

    /** A token with which one more agent joins. */
    Joining token(String role) throws IOException, InterruptedException {
        var answer = post(
                servers.getFirst(), "/v1/agent/join-token", "{\"Server\":" + role.equals("server") + ",\"Uses\":1}");
        if (answer.statusCode() != 200) {
            throw new IOException("no token: " + answer.body());
        }
        try {
            var made = (Map<?, ?>) Codec.fromJson(Object.class, answer.body());
            return Joining.parse(made.get("Address") + "#" + made.get("Token"));
        } catch (CodecException unreadable) {
            throw new IOException(answer.body(), unreadable);
        }
    }

    HttpResponse<String> get(Server server, String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(server.at(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(Server server, String path, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(server.at(path))
                        .PUT(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> putKey(Server server, String key, byte[] value) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(key(server, key))
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(value))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<byte[]> getKey(Server server, String key) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(key(server, key)).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static URI key(Server server, String key) {
        return URI.create("http://127.0.0.1:" + server.consulPort() + "/v1/kv/" + key);
    }

    /** Something that will hold. */
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /** Looks again and again until it holds; what an agent that is not there yet answers is no failure. */
    static void await(String what, Condition condition) throws IOException, InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        var last = "";
        while (true) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException notYet) {
                last = ": " + notYet.getMessage();
            }
            if (System.nanoTime() > until) {
                throw new IOException("not within " + PATIENCE + ": " + what + last);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void showLogs() {
        for (Server server : servers) {
            try {
                System.err.println(Files.readString(server.log()));
            } catch (IOException gone) {
                System.err.println(server.log() + ": " + gone.getMessage());
            }
        }
    }

    @Override
    public void close() {
        if (Boolean.getBoolean("steppe.bench.logs")) {
            showLogs();
        }
        servers.forEach(server -> server.process().destroy());
        for (Server server : servers) {
            try {
                if (!server.process().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    server.process().destroyForcibly();
                }
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                server.process().destroyForcibly();
            }
        }
        try (var paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException left) {
            System.err.println("left behind: " + directory + ": " + left.getMessage());
        }
        http.close();
    }
}
