package dev.steppe.simulation.bench;

import dev.steppe.model.Ids;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A development agent as its users start it, {@code ./steppe agent -dev}, with its own data, ports and bridge. Used by one
 * thread; closing it stops it and removes everything.
 */
final class BenchAgent implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_NANOS = 1_000_000;
    private static final int BRIDGES = 200;

    private final Path directory;
    private final String suffix = Ids.random(new SecureRandom()).substring(0, 6);
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final List<Integer> ports;
    private Optional<Process> process = Optional.empty();

    BenchAgent() throws IOException {
        directory = Files.createTempDirectory("steppe-bench-");
        // tasks run as another user, who has to get to their directories
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        ports = freePorts(3);
    }

    private static List<Integer> freePorts(int count) throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        var found = new ArrayList<Integer>();
        try {
            for (int i = 0; i < count; i++) {
                var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                found.add(socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
        return found;
    }

    /** What an agent's start took. */
    record Start(Duration untilReady, Duration cpu) {}

    /** Starts it and waits until its API shows a ready node. */
    Start start() throws IOException, InterruptedException {
        long begun = System.nanoTime();
        process = Optional.of(new ProcessBuilder(
                        "./steppe",
                        "agent",
                        "-dev",
                        "-data-dir=" + directory.resolve("agent"),
                        "-nomad-port=" + ports.get(0),
                        "-consul-port=" + ports.get(1),
                        "-dns-port=" + ports.get(2),
                        "-bridge=bench" + suffix,
                        "-bridge-subnet=10.213." + Math.floorMod(suffix.hashCode(), BRIDGES) + ".0/24")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start());
        while (!isReady()) {
            if (!process.orElseThrow().isAlive()) {
                throw new IOException("the agent ended:\n" + Files.readString(log()));
            }
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new IOException("the agent has no ready node after " + PATIENCE + "; its log is " + log());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        var took = Duration.ofNanos(System.nanoTime() - begun);
        return new Start(took, ProcessMemory.cpu(pid()));
    }

    private boolean isReady() throws InterruptedException {
        try {
            return get("/v1/status/leader").body().contains(":")
                    && get("/v1/nodes").body().contains("\"Status\":\"ready\"");
        } catch (IOException notYet) {
            return false;
        }
    }

    long pid() {
        return process.orElseThrow().pid();
    }

    Path log() {
        return directory.resolve("agent.log");
    }

    Path data() {
        return directory.resolve("agent");
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    /** Registers a job given as JSON. */
    void register(String job) throws IOException, InterruptedException {
        var answer = send(HttpRequest.newBuilder(uri("/v1/jobs"))
                .PUT(HttpRequest.BodyPublishers.ofString("{\"Job\":" + job + "}")));
        if (answer.statusCode() != 200) {
            throw new IOException("job not accepted: " + answer.statusCode() + " " + answer.body());
        }
    }

    void purge(String job) throws IOException, InterruptedException {
        send(HttpRequest.newBuilder(uri("/v1/job/" + job + "?purge=true")).DELETE());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + ports.getFirst() + path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Something that becomes true about the list that the path gives. */
    interface Condition {
        boolean holds(String body);
    }

    /** Waits, with the API's blocking queries, until the condition holds. */
    void await(String what, String path, Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String index = "0";
        while (true) {
            var answer = get(path + (path.contains("?") ? "&" : "?") + "wait=5s&index=" + index);
            if (condition.holds(answer.body())) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("waited " + PATIENCE + " for " + what + "; the agent's log is " + log());
            }
            index = answer.headers().firstValue("X-Nomad-Index").orElse("0");
        }
    }

    /**
     * Looks every 50 ms until it holds: for what changes hundreds of times a second, where a blocking query that lists
     * everything at each change would measure itself.
     */
    void awaitSampled(String what, String path, Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds(get(path).body())) {
            if (System.nanoTime() > deadline) {
                throw new IOException("waited " + PATIENCE + " for " + what + "; the agent's log is " + log());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Override
    public void close() throws IOException {
        http.shutdownNow();
        if (process.isPresent()) {
            process.get().destroy();
            try {
                if (!process.get().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    process.get().destroyForcibly();
                    throw new IOException("the agent does not stop; its log is " + log());
                }
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                process.get().destroy();
                return;
            }
            for (String left : List.of("data", "run")) {
                if (Files.exists(data().resolve(left))) {
                    throw new IOException("the agent left " + data().resolve(left) + "; its log is " + log());
                }
            }
        }
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
