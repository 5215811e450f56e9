package dev.steppe.simulation.faults;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.simulation.hosts.Commands;
import dev.steppe.simulation.hosts.Disk;
import dev.steppe.simulation.hosts.Host;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** An agent on its host, started as people start it; it can be killed, stopped and started again. */
final class RealAgent {
    /**
     * What the configuration of a server says. On a machine that has little time for it an agent takes long to start: what
     * is tried is that its tasks are kept, and not how soon they would be replaced.
     */
    static final String SERVER = """
            server {
              enabled = true
              bootstrap_expect = 3
              heartbeat_grace = "60s"
            }
            """;
    /** What the configuration of a client says. */
    static final String CLIENT = """
            client {
              enabled = true
              bridge_network_name = "none"
            }
            plugin "raw_exec" {
              config { enabled = true }
            }
            leave_on_terminate = true
            """;

    private static final int TORN_BYTES = 50;

    private final Host host;
    private final boolean server;
    private final Path directory;
    private final HttpClient http;
    private final Map<String, String> environment;
    private final Disk disk;
    private Path program = Path.of("steppe").toAbsolutePath();
    private Optional<Process> process = Optional.empty();

    /**
     * @param role what its configuration says beside its names
     * @param environment of its process, beside what every process has
     */
    RealAgent(Host host, String role, Path directory, HttpClient http, Map<String, String> environment)
            throws IOException {
        this.host = host;
        this.server = !role.equals(CLIENT);
        this.directory = directory;
        this.http = http;
        this.environment = environment;
        disk = Disk.make(file("disk"), data());
        Files.writeString(
                file("hcl"),
                "name = \"" + host.name() + "\"\ndata_dir = \"" + data() + "\"\nbind_addr = \"0.0.0.0\"\n" + role);
    }

    Host host() {
        return host;
    }

    String name() {
        return host.name();
    }

    boolean isServer() {
        return server;
    }

    Path data() {
        return directory.resolve(host.name());
    }

    Disk disk() {
        return disk;
    }

    Path log() {
        return file("log");
    }

    private Path file(String kind) {
        return directory.resolve(host.name() + "." + kind);
    }

    /** Which program it is when it is started next. */
    void isNow(Path otherProgram) {
        program = otherProgram;
    }

    /** What its configuration says besides when it is started next. */
    void isTold(String more) throws IOException {
        Files.writeString(file("hcl"), more, StandardOpenOption.APPEND);
    }

    /** What a command says on its host. */
    String say(String... words) throws IOException {
        var all = new ArrayList<>(List.of(program.toString()));
        all.addAll(List.of(words));
        return Commands.said(host.command(all.toArray(String[]::new)).toArray(String[]::new));
    }

    /** Waits until its API answers. */
    void awaitAnswer() throws IOException, InterruptedException {
        RealCluster.await(
                this + " to answer",
                () -> nomad("GET", "/v1/status/leader", "", Duration.ofSeconds(5))
                                .statusCode()
                        == 200);
    }

    void start(String... more) throws IOException {
        var words = new ArrayList<>(host.command(program.toString(), "agent", "-config=" + file("hcl")));
        words.addAll(List.of(more));
        var builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        // six agents on one machine: the quick compiler alone leaves them time to work
        builder.environment().putIfAbsent("STEPPE_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
        builder.environment().putAll(environment);
        process = Optional.of(builder.start());
    }

    /** How often its log has stopped, as it says itself. */
    long stoppedLogs() throws IOException {
        try (var lines = Files.lines(log())) {
            return lines.filter(line -> line.contains("the log of this server stopped"))
                    .count();
        }
    }

    boolean isAlive() {
        return process.isPresent() && process.get().isAlive();
    }

    void kill() {
        process.ifPresent(it -> it.destroyForcibly().onExit().join());
    }

    /** Asks it to stop; a client ends its tasks. */
    void stop() {
        process.ifPresent(Process::destroy);
    }

    void awaitEnd() {
        process.ifPresent(it -> it.onExit().join());
    }

    void pause() throws IOException {
        Commands.run("kill", "-STOP", "" + process.orElseThrow().pid());
    }

    void resume() throws IOException {
        Commands.run("kill", "-CONT", "" + process.orElseThrow().pid());
    }

    /** Leaves the beginning of one more entry at the end of the log, as a power cut in the middle of a write does. */
    void tearLog() throws IOException {
        try (Stream<Path> files = Files.find(
                data(), 6, (path, attributes) -> path.getFileName().toString().startsWith("log_inprogress_"))) {
            var segment = files.max(Comparator.naturalOrder()).orElseThrow();
            try (var file = new RandomAccessFile(segment.toFile(), "rw")) {
                var bytes = new byte[(int) file.length()];
                file.readFully(bytes);
                int end = bytes.length;
                while (end > 0 && bytes[end - 1] == 0) {
                    end--;
                }
                file.seek(end);
                file.write(bytes, end / 2, TORN_BYTES);
            }
        }
    }

    HttpResponse<String> nomad(String method, String path, String body, Duration within)
            throws IOException, InterruptedException {
        return ask(4646, method, path, body, within);
    }

    HttpResponse<String> consul(String method, String path, String body, Duration within)
            throws IOException, InterruptedException {
        return ask(8500, method, path, body, within);
    }

    private HttpResponse<String> ask(int port, String method, String path, String body, Duration within)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://" + host.address() + ":" + port + path))
                        .timeout(within)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** What the Nomad API answers to a read; fails unless it is good. */
    Object read(String path, Duration within) throws IOException, InterruptedException {
        return parsed(nomad("GET", path, "", within));
    }

    static Object parsed(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() != 200) {
            throw new IOException(answer.statusCode() + " " + answer.body().strip());
        }
        try {
            return Codec.fromJson(Object.class, answer.body());
        } catch (CodecException unreadable) {
            throw new IOException(unreadable);
        }
    }

    static Object field(Object record, String name) {
        return record instanceof Map<?, ?> map && map.get(name) instanceof Object value ? value : "";
    }

    @Override
    public String toString() {
        return host.name();
    }
}
