package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** An agent in a process of its own, as its users start it, that tests can kill and start again with the same data. */
final class ChildAgent implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(240);
    private static final int NETWORKS = 250;

    private final Path directory;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String bridge;
    private final String subnet;
    private Optional<Process> process = Optional.empty();
    private final List<String> before = new ArrayList<>();
    private final List<String> more = new ArrayList<>();
    private int starts;

    /** The number tells apart the agents of one test class. */
    ChildAgent(Path directory, int number) {
        this.directory = directory;
        long unique = ProcessHandle.current().pid() * 10 + number;
        this.bridge = "crash" + unique % 1_000_000;
        // tests run in two processes at a time
        int fork = Integer.getInteger("surefire.forkNumber", 1);
        this.subnet = "10.2" + fork + number + "." + unique % NETWORKS + ".0/24";
    }

    /** With a configuration file besides. */
    ChildAgent configured(Path file) {
        more.add("-config=" + file);
        return this;
    }

    /** Started by these words instead of directly. */
    ChildAgent inside(List<String> words) {
        before.addAll(words);
        return this;
    }

    /** Where its Nomad API answers. */
    String address() throws IOException {
        return "http://127.0.0.1:" + port().orElseThrow();
    }

    Path data() {
        return directory.resolve("data");
    }

    Path run() {
        return directory.resolve("run");
    }

    /** The process of the agent itself. */
    long pid() {
        return process.orElseThrow().pid();
    }

    String bridge() {
        return bridge;
    }

    String cgroup() {
        return "steppe-" + Integer.toHexString(data().toString().hashCode());
    }

    String log() throws IOException {
        return Files.readString(logFile());
    }

    /** The file it reads where a test wrote one. */
    Path configuration() {
        return directory.resolve("agent.hcl");
    }

    private Path logFile() {
        return directory.resolve("agent-" + starts + ".log");
    }

    /** What it is told on its command line. */
    List<String> options() {
        return List.of(
                "-dev",
                "-data-dir=" + directory,
                "-nomad-port=0",
                "-consul-port=0",
                "-dns-port=0",
                "-bridge=" + bridge,
                "-bridge-subnet=" + subnet);
    }

    /** Starts it and waits until its node is ready. */
    void start() throws IOException {
        starts++;
        var words = new ArrayList<>(before);
        words.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.steppe.agent.Main",
                "agent"));
        words.addAll(options());
        words.addAll(more);
        if (Files.exists(configuration())) {
            words.add("-config=" + configuration());
        }
        process = Optional.of(new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(logFile().toFile())
                .start());
        await("a ready node", () -> {
            assertThat(process.orElseThrow().isAlive()).as(log()).isTrue();
            return port().isPresent() && get("/v1/nodes").toString().contains("Status=ready");
        });
    }

    /** The port it chose, as it announces it. */
    private Optional<String> port() throws IOException {
        // only when something follows is the number whole
        var found =
                Pattern.compile("Nomad API http://127\\.0\\.0\\.1:(\\d+)\\D").matcher(log());
        return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    }

    /** Ends it as a crash does. */
    void kill() throws InterruptedException {
        process.orElseThrow().destroyForcibly().waitFor();
    }

    /** Asks it to stop and waits until it has. */
    void terminate() throws IOException {
        process.orElseThrow().destroy();
        await("end after SIGTERM", () -> !process.orElseThrow().isAlive());
    }

    Object get(String path) throws Exception {
        return Codec.fromJson(Object.class, text(path));
    }

    String text(String path) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(uri(path)).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
        return answer.body();
    }

    void send(String method, String path, String body) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(uri(path))
                        .timeout(PATIENCE)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
    }

    private URI uri(String path) throws IOException {
        return URI.create(address() + path);
    }

    /** Registers a job with one task {@code t} that runs a shell script; {@code more} goes into its group. */
    void run(String job, String type, String script, String more) throws Exception {
        send("PUT", "/v1/jobs", """
            {"Job":{"ID":"%s","Name":"%s","Type":"%s","TaskGroups":[{"Name":"g","Count":1,%s"Tasks":[{"Name":"t","Driver":"raw_exec",
             "Config":{"command":"/bin/sh","args":["-c",%s]},"Resources":{"CPU":20,"MemoryMB":20}}]}]}}
            """.formatted(job, job, type, more, Codec.toJson(script)));
    }

    List<Map<?, ?>> allocations(String job) throws Exception {
        var all = new ArrayList<Map<?, ?>>();
        for (Object row : (List<?>) get("/v1/job/" + job + "/allocations")) {
            all.add((Map<?, ?>) row);
        }
        return all;
    }

    /** The job's only allocation, as the API shows it. */
    Map<?, ?> allocation(String job) throws Exception {
        var all = allocations(job);
        assertThat(all).as("allocations of " + job).hasSizeLessThanOrEqualTo(1);
        return all.isEmpty() ? Map.of() : all.getFirst();
    }

    void awaitStatus(String job, String status) throws IOException {
        await(job + " to be " + status, () -> status.equals(allocation(job).get("ClientStatus")));
    }

    String idOf(String job) throws Exception {
        return (String) allocation(job).get("ID");
    }

    /** The pid of the task, from what the node keeps of it. */
    long pidOf(String job) throws Exception {
        var line = Files.readString(data().resolve("alloc/" + idOf(job) + "/t/private/process/task"));
        return Long.parseLong(line.split(" ", 2)[0]);
    }

    /** The events of the task as text: type and details. */
    List<String> eventsOf(String job) throws Exception {
        return eventsOf(job, "t");
    }

    List<String> eventsOf(String job, String task) throws Exception {
        var states = (Map<?, ?>) allocation(job).get("TaskStates");
        var found = new ArrayList<String>();
        for (Object event : (List<?>) ((Map<?, ?>) states.get(task)).get("Events")) {
            found.add(((Map<?, ?>) event).get("Type") + " " + event);
        }
        return found;
    }

    /** What the task wrote, over all files of its output. */
    List<String> lines(String allocation) throws IOException {
        var directory = data().resolve("alloc/" + allocation + "/alloc/logs");
        var lines = new ArrayList<String>();
        for (int number = 0; Files.exists(directory.resolve("t.stdout." + number)); number++) {
            lines.addAll(Files.readAllLines(directory.resolve("t.stdout." + number)));
        }
        return lines;
    }

    /** Something that becomes true. */
    interface Condition {
        boolean holds() throws Exception;
    }

    void await(String what, Condition condition) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (Exception notYet) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("waited for " + what + ": " + notYet + "\n" + log(), notYet);
                }
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited for " + what + "\n" + log());
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** Ends it also after a failed test; what it started is removed by one more start. */
    @Override
    public void close() throws IOException {
        if (process.isPresent()) {
            try {
                if (!process.get().isAlive() && Files.exists(data())) {
                    start();
                }
                if (process.get().isAlive()) {
                    terminate();
                }
            } finally {
                process.get().destroyForcibly();
            }
        }
        http.shutdownNow();
    }
}
