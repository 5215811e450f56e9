package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves with real processes that an agent keeps its data and its tasks over a restart, and what its configuration does. */
class DurableAgentTest {
    private static final Duration PATIENCE = Duration.ofSeconds(240);
    private static final String JOB = """
            {"Job":{"ID":"sleep","Name":"sleep","Type":"service","TaskGroups":[{"Name":"g","Count":1,"Tasks":[{"Name":"t","Driver":"raw_exec",
             "Config":{"command":"/bin/sh","args":["-c","exec sleep 1000"]},"Resources":{"CPU":20,"MemoryMB":20}}]}]}}
            """;

    /** It ends by itself only, and asks for a repository first, which it can do without. */
    private static final String DEAF = """
            {"Job":{"ID":"deaf","Name":"deaf","Type":"batch","TaskGroups":[
             {"Name":"g","Count":1,"RestartPolicy":{"Attempts":0,"Interval":86400000000000,"Delay":15000000000,"Mode":"fail"},
              "ReschedulePolicy":{"Attempts":0,"Unlimited":false},"Tasks":[{"Name":"t","Driver":"raw_exec","KillTimeout":300000000000,
             "Config":{"command":"/bin/sh","args":["-c","trap '' INT TERM; touch %1$s.deaf; while [ ! -e %1$s ]; do sleep 0.1; done"]},
             "Resources":{"CPU":20,"MemoryMB":20}}]},
             {"Name":"fetches","Count":1,"Tasks":[{"Name":"f","Driver":"raw_exec","Config":{"command":"/bin/true"},
             "Artifacts":[{"GetterSource":"git::http://repository.invalid/app.git"}],"Resources":{"CPU":20,"MemoryMB":20}}]}]}}
            """;

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> environment = new ArrayList<>();
    private Optional<Process> process = Optional.empty();
    private int starts;

    @BeforeEach
    void open() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Whatever a failed test left: an agent that ends its tasks when it is asked to stop, and then nothing. */
    @AfterEach
    void end() throws Exception {
        if (process.isPresent()) {
            process.get().destroy();
            process.get().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            configure("leave_on_terminate = true", "");
            start();
            terminate();
        }
        http.shutdownNow();
    }

    private void configure(String top, String meta) throws IOException {
        Files.createDirectories(directory.resolve("nomad.d"));
        Files.createDirectories(directory.resolve("consul.d"));
        Files.writeString(directory.resolve("nomad.d/agent.hcl"), """
                data_dir = "%s"
                ports {
                  http = 0
                  rpc  = 0
                }
                http_api_response_headers { "X-Cluster" = "test" }
                server { enabled = true bootstrap_expect = 1 }
                client {
                  enabled = true
                  bridge_network_name = "none"
                  meta { rack = "7" %s }
                  cpu_total_compute = 4321
                  memory_total_mb = 1500
                  reserved { cpu = 321 memory = 500 }
                  min_dynamic_port = 25000
                  max_dynamic_port = 25999
                }
                plugin "raw_exec" { config { enabled = true } }
                %s
                """.formatted(directory.resolve("data"), meta, top));
        Files.writeString(directory.resolve("consul.d/agent.hcl"), """
                server = true
                node_name = "durable"
                data_dir = "/opt/not-used"
                log_file = "%s/"
                pid_file = "%s"
                ports { http = 0 dns = 0 }
                connect { enabled = true }
                """.formatted(
                        directory.resolve("logs"), directory.resolve("agent.pid")));
    }

    private void start() throws IOException {
        starts++;
        // whoever runs the tests may ignore the signals that are tested here, and programs inherit that
        var words = new ArrayList<>(List.of("env", "--default-signal=HUP", "--default-signal=INT"));
        words.addAll(environment);
        words.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.steppe.agent.Main",
                "agent",
                "-config=" + directory.resolve("nomad.d"),
                "-config=" + directory.resolve("consul.d")));
        process = Optional.of(new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(output().toFile())
                .start());
        await("a ready node", () -> get("/v1/nodes").body().contains("\"Status\":\"ready\""));
    }

    private Path output() {
        return directory.resolve("agent-" + starts + ".out");
    }

    private String said() throws IOException {
        return Files.readString(output());
    }

    private void terminate() throws InterruptedException {
        process.orElseThrow().destroy();
        assertThat(process.orElseThrow().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        process = Optional.empty();
    }

    private InetSocketAddress api() throws IOException {
        var found = java.util.regex.Pattern.compile("Nomad API http://([0-9.]+):(\\d+)\\D")
                .matcher(said());
        if (!found.find()) {
            throw new IOException("not listening yet");
        }
        return new InetSocketAddress(found.group(1), Integer.parseInt(found.group(2)));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path, "");
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        var uri = URI.create("http://" + api().getHostString() + ":" + api().getPort() + path);
        return http.send(
                HttpRequest.newBuilder(uri)
                        .timeout(PATIENCE)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private List<Map<?, ?>> rows(String path) throws Exception {
        var rows = new ArrayList<Map<?, ?>>();
        for (Object row : (List<?>) Codec.fromJson(Object.class, get(path).body())) {
            rows.add((Map<?, ?>) row);
        }
        return rows;
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private void await(String what, Condition condition) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (Exception notYet) {
                assertThat(System.nanoTime())
                        .as(what + ": " + notYet + "\n" + said())
                        .isLessThan(deadline);
            }
            assertThat(System.nanoTime()).as(what + "\n" + said()).isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private String nodeId() throws Exception {
        return (String) rows("/v1/nodes").getFirst().get("ID");
    }

    private void awaitRunning() throws IOException {
        await(
                "a running allocation",
                () -> rows("/v1/job/sleep/allocations").stream()
                        .anyMatch(row -> "running".equals(row.get("ClientStatus"))));
    }

    @Test
    void it_keeps_identity_state_and_tasks_over_a_restart_and_does_what_its_files_say() throws Exception {
        configure("", "");
        start();
        assertThat(send("PUT", "/v1/jobs", JOB).statusCode()).isEqualTo(200);
        awaitRunning();
        var id = nodeId();
        var allocation = (String) rows("/v1/job/sleep/allocations").getFirst().get("ID");
        var pid = Files.readString(directory.resolve("data/alloc/" + allocation + "/t/private/process/task"))
                .split(" ", 2)[0];
        assertThat(Files.readString(directory.resolve("agent.pid")).strip())
                .isEqualTo(Long.toString(process.orElseThrow().pid()));
        assertThatItIsConfigured(id);

        terminate();
        assertThat(ProcessHandle.of(Long.parseLong(pid)))
                .as("the task, while no agent runs")
                .isPresent();
        assertThat(directory.resolve("agent.pid")).doesNotExist();
        start();
        awaitRunning();
        assertThat(nodeId()).isEqualTo(id);
        assertThat(rows("/v1/job/sleep/allocations").getFirst().get("ID")).isEqualTo(allocation);
        assertThat(ProcessHandle.of(Long.parseLong(pid))).as("the same task").isPresent();
        assertThatAReloadChangesWhatCanChange();

        terminate();
        configure("leave_on_terminate = true", "");
        start();
        awaitRunning();
        terminate();
        assertThat(ProcessHandle.of(Long.parseLong(pid)))
                .as("the task after leaving")
                .isEmpty();
    }

    private long running(String job) throws Exception {
        for (Map<?, ?> row : rows("/v1/job/" + job + "/allocations")) {
            if ("g".equals(row.get("TaskGroup")) && "running".equals(row.get("ClientStatus"))) {
                var task = directory.resolve("data/alloc/" + row.get("ID") + "/t/private/process/task");
                return Long.parseLong(Files.readString(task).split(" ", 2)[0]);
            }
        }
        throw new IOException(job + " does not run yet");
    }

    private long awaitTask(String job) throws Exception {
        await("a task of " + job, () -> running(job) > 0);
        return running(job);
    }

    @Test
    void an_interrupt_or_a_termination_ends_tasks_where_a_file_of_either_dialect_says_so_within_the_deadline()
            throws Exception {
        configure("leave_on_interrupt = true", "");
        Files.writeString(directory.resolve("nomad.d/more.hcl"), """
                client {
                  drain_on_shutdown {
                    deadline = "5s"
                  }
                  artifact {
                    set_environment_variables = "http_proxy"
                  }
                }
                """);
        var shared = Files.createDirectory(directory.resolve("shared"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        var until = shared.resolve("until");
        try (var proxy = QuietPort.hangingUp()) {
            environment.add("http_proxy=http://" + proxy.address());
            start();
            assertThat(send("PUT", "/v1/jobs", JOB).statusCode()).isEqualTo(200);
            assertThat(send("PUT", "/v1/jobs", DEAF.formatted(until)).statusCode())
                    .isEqualTo(200);
            await("git to call the proxy that the agent's environment names", () -> proxy.calls() > 0);
        }
        var polite = awaitTask("sleep");
        var deaf = awaitTask("deaf");
        await("deafness", () -> Files.exists(until.resolveSibling("until.deaf")));
        var interrupted = process.orElseThrow();
        assertThat(new ProcessBuilder("kill", "-INT", Long.toString(interrupted.pid()))
                        .start()
                        .waitFor())
                .isZero();
        assertThat(interrupted.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(ProcessHandle.of(polite)).as("what ends when it is asked to").isEmpty();
        assertThat(ProcessHandle.of(deaf))
                .as("what has 300 seconds to end, after 5")
                .isPresent();
        Files.createFile(until);

        configure("", "");
        Files.writeString(directory.resolve("consul.d/more.hcl"), "server = true\nleave_on_terminate = true\n");
        start();
        assertThat(send("PUT", "/v1/jobs", JOB.replace("\"sleep\"", "\"again\""))
                        .statusCode())
                .isEqualTo(200);
        var again = awaitTask("again");
        terminate();
        assertThat(ProcessHandle.of(again)).isEmpty();
    }

    private void assertThatItIsConfigured(String id) throws Exception {
        var data = directory.resolve("data");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("server"))))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("client"))))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("alloc"))))
                .isEqualTo("rwx--x--x");
        var node = get("/v1/node/" + id).body();
        assertThat(node)
                .contains("\"Name\":\"durable\"", "\"rack\":\"7\"", "\"CpuShares\":4000", "\"MemoryMB\":1000")
                .contains("\"MinDynamicPort\":25000", "\"MaxDynamicPort\":25999");
        var self = get("/v1/agent/self");
        assertThat(self.headers().firstValue("X-Cluster")).contains("test");
        assertThat(self.body()).contains("\"Why\":\"it listens there\"", "\"Advertised\":\"127.0.0.1:");
        assertThat(Files.readString(directory.resolve("logs/steppe.log")))
                .contains("\"connect.enabled\" is met by construction");
    }

    private void assertThatAReloadChangesWhatCanChange() throws Exception {
        configure("log_level = \"DEBUG\"\nregion = \"elsewhere\"", "floor = \"2\"");
        var hangUp = new ProcessBuilder(
                        "kill", "-HUP", Long.toString(process.orElseThrow().pid()))
                .start();
        assertThat(hangUp.waitFor()).isZero();
        await(
                "the new words of the node",
                () -> get("/v1/node/" + nodeId()).body().contains("\"floor\":\"2\""));
        await(
                "what the log says of it",
                () -> said().contains("changed: client.meta (Nomad)")
                        && said().contains("needs a new start of the agent: region (Nomad)")
                        && said().contains("[DEBUG]"));
        configure("log_level = \"DEBUG\"\nregion = \"elsewhere\"", "floor = \"3\"");
        assertThat(send("PUT", "/v1/agent/reload", "").body()).contains("changed: client.meta (Nomad)");
        await(
                "the newest words of the node",
                () -> get("/v1/node/" + nodeId()).body().contains("\"floor\":\"3\""));
        Files.writeString(directory.resolve("nomad.d/wrong.hcl"), "datacentre = 1");
        var refused = send("PUT", "/v1/agent/reload", "");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("nothing was changed").contains("Did you mean \"datacenter\"?");
        Files.delete(directory.resolve("nomad.d/wrong.hcl"));
    }
}
