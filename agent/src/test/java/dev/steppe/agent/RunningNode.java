package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.agent.log.AgentLog;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.model.codec.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** A development agent with its node in this process, used as people use it: by job files, commands and HTTP. */
final class RunningNode implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(240);

    private final Path directory;
    private final Assembly agent;
    private final List<String> words;
    private final HttpClient http = HttpClient.newHttpClient();
    private int files;

    private RunningNode(Path directory, Assembly agent, List<String> words) {
        this.directory = directory;
        this.agent = agent;
        this.words = words;
    }

    /** On free ports and with the agent's data below the directory. */
    static RunningNode start(Path directory, String configuration, String... flags) throws IOException {
        // tasks run as other users and must find their way down
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        var file = Files.writeString(
                directory.resolve("agent.hcl"),
                "data_dir = \"" + directory + "\"\nports { http = 0 consul = 0 dns = 0 }\n" + configuration);
        var words = new ArrayList<>(List.of("-dev", "-config=" + file));
        words.addAll(List.of(flags));
        if (words.stream().noneMatch(word -> word.startsWith("-bridge="))) {
            words.add("-bridge=none");
        }
        var parsed = parse(words, directory);
        assertThat(parsed.problems()).isEmpty();
        assertThat(Diagnostic.render(parsed.diagnostics())).isEmpty();
        var node = new RunningNode(directory, Assembly.start(parsed.options().orElseThrow()), words);
        try {
            node.await("a ready node", () -> "ready".equals(at(node.get("/v1/nodes"), 0, "Status")));
        } catch (AssertionError never) {
            node.close();
            throw never;
        }
        return node;
    }

    /** Around an agent that somebody else started; it writes job files into the directory. */
    static RunningNode of(Path directory, Assembly agent) {
        return new RunningNode(directory, agent, List.of());
    }

    private static AgentArguments.Parsed parse(List<String> words, Path directory) {
        return AgentArguments.parse(words, Map.of("HOME", directory.toString()), false);
    }

    /** Reads its files again, as at a signal, and says what came of it. */
    List<String> reload() throws IOException {
        var parsed = parse(words, directory);
        var settings = parsed.options().orElseThrow().configuration().log();
        try (var log = AgentLog.install(settings, System.err)) {
            var reloading = new Reloading(
                    words,
                    Map.of("HOME", directory.toString()),
                    false,
                    parsed.words().orElseThrow(),
                    log);
            reloading.follow(agent);
            return reloading.again();
        }
    }

    Assembly agent() {
        return agent;
    }

    /** Where names are asked for, as it is announced. */
    InetSocketAddress names() {
        var found = Pattern.compile("DNS ([0-9.]+|\\[[0-9a-f:]+]):([0-9]+)").matcher(agent.announcement());
        assertThat(found.find()).as(agent.announcement()).isTrue();
        var bound = new InetSocketAddress(found.group(1), Integer.parseInt(found.group(2)));
        return bound.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), bound.getPort())
                : bound;
    }

    /** What a command prints, with its exit code behind it. */
    String say(String... words) {
        var said = new ByteArrayOutputStream();
        try (var out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            int code = dev.steppe.cli.Main.run(
                    List.of(words),
                    out,
                    out,
                    Map.of(
                            "NOMAD_ADDR", url(agent.nomadAddress()),
                            "CONSUL_HTTP_ADDR", url(agent.consulAddress())));
            return said.toString(StandardCharsets.UTF_8) + "exit " + code;
        }
    }

    /** Writes a job file and runs it. */
    void run(String jobFile) throws IOException {
        assertThat(say("job", "run", "-detach", written(jobFile))).endsWith("exit 0");
    }

    /** What a plan of a job file says. */
    String plan(String jobFile) throws IOException {
        return say("job", "plan", written(jobFile));
    }

    String written(String jobFile) throws IOException {
        files++;
        return Files.writeString(directory.resolve("job-" + files + ".nomad"), jobFile)
                .toString();
    }

    private static String url(InetSocketAddress address) {
        return "http://" + address.getHostString() + ":" + address.getPort();
    }

    /** An answer of the Nomad API. */
    Object get(String path) throws Exception {
        return Codec.fromJson(Object.class, ask("GET", agent.nomadAddress(), path, ""));
    }

    /** An answer of the Consul API. */
    Object catalog(String path) throws Exception {
        return Codec.fromJson(Object.class, ask("GET", agent.consulAddress(), path, ""));
    }

    String put(String path, String body) throws Exception {
        return ask("PUT", agent.nomadAddress(), path, body);
    }

    private String ask(String method, InetSocketAddress address, String path, String body) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(URI.create(url(address) + path))
                        .timeout(PATIENCE)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
        return answer.body();
    }

    /** A place in an answer: names lead into objects, numbers into lists; an empty text where there is nothing. */
    static Object at(Object json, Object... way) {
        Object here = json;
        for (Object step : way) {
            Object next = step instanceof Integer index
                    ? (here instanceof List<?> list && index < list.size() ? list.get(index) : null)
                    : (here instanceof Map<?, ?> map ? map.get(step) : null);
            if (next == null) {
                return "";
            }
            here = next;
        }
        return here;
    }

    static List<?> list(Object json) {
        return json instanceof List<?> list ? list : List.of();
    }

    /** The allocations of a job, the oldest first. */
    List<?> allocations(String job) throws Exception {
        var all = new ArrayList<Object>(list(get("/v1/job/" + job + "/allocations")));
        all.sort(java.util.Comparator.comparing(row -> ((Number) at(row, "CreateIndex")).longValue()));
        return all;
    }

    /** The newest allocation of a job as a whole. */
    Object allocation(String job) throws Exception {
        var all = allocations(job);
        return all.isEmpty() ? Map.of() : get("/v1/allocation/" + at(all.getLast(), "ID"));
    }

    void awaitStatus(String job, String status) {
        await(job + " to be " + status, () -> {
            var now = allocation(job);
            assertThat(at(now, "ClientStatus"))
                    .as(() -> at(now, "TaskStates") + " " + say("job", "status", job))
                    .isEqualTo(status);
            return true;
        });
    }

    /** Until the newest instance has failed for these reasons; one that is tried in its place fails for the same. */
    void awaitFailure(String job, String... reasons) {
        await(job + " to fail", () -> {
            var now = allocation(job);
            assertThat(at(now, "ClientStatus"))
                    .as(() -> String.valueOf(at(now, "TaskStates")))
                    .isEqualTo("failed");
            assertThat(String.valueOf(at(now, "TaskStates", "t", "Events"))).contains(reasons);
            return true;
        });
    }

    /** The events of a task of the newest allocation, as text. */
    String events(String job, String task) throws Exception {
        return String.valueOf(at(allocation(job), "TaskStates", task, "Events"));
    }

    /** What a task of the newest allocation wrote. */
    String output(String job, String task) throws Exception {
        var file = place(job).resolve("alloc/logs/" + task + ".stdout.0");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** The directory of the newest allocation. */
    Path place(String job) throws Exception {
        return directory.resolve("data/alloc/" + at(allocation(job), "ID"));
    }

    /** Something that becomes true. */
    interface Condition {
        boolean holds() throws Exception;
    }

    void await(String what, Condition condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (Exception | AssertionError notYet) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("waited for " + what, notYet);
                }
            }
            assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Override
    public void close() throws IOException {
        http.shutdownNow();
        try {
            agent.stopAndRemove();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            agent.close();
        }
    }
}
