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
 * An agent as its users start it, {@code ./steppe agent}, with its own data, ports and bridge. Used by one thread; closing
 * it stops it and removes everything.
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
    private final boolean durable;
    private Optional<Process> process = Optional.empty();

    /** What a durable agent needs beyond its flags; it ends its tasks when it is asked to stop, but not when it is killed. */
    private static final String DURABLE = """
            server {
              enabled = true
              bootstrap_expect = 1
            }
            client {
              enabled = true
              gc_max_allocs = 100000
            }
            plugin "raw_exec" {
              config { enabled = true }
            }
            leave_on_terminate = true
            """;

    /** A development agent. */
    BenchAgent() throws IOException {
        this(false);
    }

    /** An agent that keeps its data, so that it can be killed and started again. */
    static BenchAgent durable() throws IOException {
        return new BenchAgent(true);
    }

    private BenchAgent(boolean durable) throws IOException {
        this.durable = durable;
        directory = Files.createTempDirectory("steppe-bench-");
        // tasks run as another user, who has to get to their directories
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        ports = freePorts(3);
    }

    static List<Integer> freePorts(int count) throws IOException {
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
        begin();
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

    /** Starts it without waiting for anything. */
    void begin() throws IOException {
        var kind = "-dev";
        if (durable) {
            Path file = directory.resolve("agent.hcl");
            Files.writeString(file, DURABLE);
            kind = "-config=" + file;
        }
        process = Optional.of(new ProcessBuilder(
                        "./steppe",
                        "agent",
                        kind,
                        "-data-dir=" + directory.resolve("agent"),
                        "-nomad-port=" + ports.get(0),
                        "-consul-port=" + ports.get(1),
                        "-dns-port=" + ports.get(2),
                        "-bridge=" + bridge(),
                        "-bridge-subnet=10.213." + Math.floorMod(suffix.hashCode(), BRIDGES) + ".0/24")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start());
    }

    private boolean isReady() throws InterruptedException {
        try {
            return get("/v1/status/leader").body().contains(":")
                    && get("/v1/nodes").body().contains("\"Status\":\"ready\"");
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Ends it as a crash does. */
    void kill() throws InterruptedException {
        process.orElseThrow().destroyForcibly().waitFor();
    }

    String bridge() {
        return "bench" + suffix;
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

    /** Forgets everything that is over. */
    void collectGarbage() throws IOException, InterruptedException {
        send(HttpRequest.newBuilder(uri("/v1/system/gc")).PUT(HttpRequest.BodyPublishers.noBody()));
    }

    /** Stops a job and keeps what is known of it. */
    void stop(String job) throws IOException, InterruptedException {
        var answer = send(HttpRequest.newBuilder(uri("/v1/job/" + job)).DELETE());
        if (answer.statusCode() != 200) {
            throw new IOException("job not stopped: " + answer.statusCode() + " " + answer.body());
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

    /** The bridge, its rules and the place of namespaces stay with the data of a durable agent, for the next one. */
    private void removeNetwork() throws IOException {
        if (!durable) {
            return;
        }
        for (List<String> command : List.of(
                List.of("ip", "link", "del", bridge()),
                List.of("nft", "delete", "table", "ip", bridge()),
                List.of("umount", data().resolve("run/netns").toString()))) {
            // what was never made cannot be removed
            Machine.said(command);
        }
        for (Path group : Machine.controlGroups(this).reversed()) {
            Files.deleteIfExists(group);
        }
    }

    @Override
    public void close() throws IOException {
        if (process.isPresent()) {
            try {
                if (durable && !process.get().isAlive()) {
                    // what a killed one started is ended by one more
                    start();
                }
                process.get().destroy();
                if (!process.get().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    process.get().destroyForcibly();
                    throw new IOException("the agent does not stop; its log is " + log());
                }
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                process.get().destroy();
                http.shutdownNow();
                return;
            }
            removeNetwork();
            for (String left : durable ? List.<String>of() : List.of("data", "run")) {
                if (Files.exists(data().resolve(left))) {
                    throw new IOException("the agent left " + data().resolve(left) + "; its log is " + log());
                }
            }
        }
        http.shutdownNow();
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
