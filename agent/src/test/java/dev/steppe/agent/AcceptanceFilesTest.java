package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.process.Tool;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Published job files run as they stand. Only the world outside is played: the images they name are small programs that
 * serve what the real ones serve, and Vault is a double.
 */
class AcceptanceFilesTest {
    private static final Path FILES = Path.of("../jobspec/src/test/resources/dev/steppe/jobspec/acceptance");
    private static final String PAGE = "www/cgi-bin/index.cgi";

    @TempDir
    Path directory;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for networks and users");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String serving(int port) {
        return "[\"/bin/httpd\",\"-f\",\"-p\",\"" + port + "\",\"-h\",\"/www\"]";
    }

    private static String page(String script) {
        return "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\n" + script + "\n";
    }

    private static void run(ChildAgent agent, String file) throws Exception {
        var said = new ByteArrayOutputStream();
        try (var out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            int status = dev.steppe.cli.Main.run(
                    List.of(
                            "job",
                            "run",
                            "-detach",
                            "-address=" + agent.address(),
                            FILES.resolve(file).toString()),
                    out,
                    out,
                    Map.of());
            assertThat(status).as(said.toString(StandardCharsets.UTF_8)).isZero();
        }
    }

    private static boolean allRun(ChildAgent agent, String job, int count) throws Exception {
        var all = agent.allocations(job);
        return all.size() == count && all.stream().allMatch(it -> "running".equals(it.get("ClientStatus")));
    }

    /** What the allocation of a group serves at a port of its own network. */
    private static String fetched(ChildAgent agent, String job, String group, int port) throws Exception {
        for (Map<?, ?> row : agent.allocations(job)) {
            if (group.equals(row.get("TaskGroup"))) {
                var allocation = (Map<?, ?>) agent.get("/v1/allocation/" + row.get("ID"));
                var address = ((Map<?, ?>) allocation.get("NetworkStatus")).get("Address");
                try (var http = HttpClient.newHttpClient()) {
                    return http.send(
                                    HttpRequest.newBuilder(URI.create("http://" + address + ":" + port + "/"))
                                            .timeout(Duration.ofSeconds(20))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body();
                }
            }
        }
        return "";
    }

    private static void end(ChildAgent agent, String... jobs) throws Exception {
        for (String job : jobs) {
            agent.send("DELETE", "/v1/job/" + job, "");
        }
        for (String job : jobs) {
            agent.await(
                    "the end of " + job,
                    () -> agent.allocations(job).stream().noneMatch(it -> "running".equals(it.get("ClientStatus"))));
        }
    }

    @Test
    void countdash_counts_over_the_mesh() throws Exception {
        try (var engine = new EngineOfTests()) {
            engine.image(
                    "hashicorpdev/counter-api:v3",
                    Map.of(
                            PAGE,
                            page(
                                    "n=$(cat /tmp/n || echo 0); echo $((n+1)) >/tmp/n; echo \"{\\\"count\\\":$((n+1))}\"")),
                    serving(9001));
            engine.image(
                    "hashicorpdev/counter-dashboard:v3",
                    Map.of(PAGE, page("echo \"dashboard $(wget -q -O - $COUNTING_SERVICE_URL/)\"")),
                    serving(9002));
            var configuration = Files.writeString(
                    directory.resolve("agent.hcl"),
                    "plugin \"docker\" { config { endpoint = \"" + engine.endpoint() + "\" } }\n");
            try (var agent = new ChildAgent(directory, 7).configured(configuration)) {
                agent.start();
                run(agent, "countdash.nomad");
                agent.await("both groups", () -> allRun(agent, "countdash", 2));
                agent.await(
                        "a count on the dashboard",
                        () -> fetched(agent, "countdash", "dashboard", 9002).contains("dashboard {\"count\":"));
                end(agent, "countdash");
            }
        }
    }

    @Test
    void transcode_reads_its_secrets_and_reaches_its_engine_over_the_mesh() throws Exception {
        assumeTrue(Tool.find("unshare").isPresent(), "skipped: unshare is not installed");
        try (var engine = new EngineOfTests();
                var vault = new VaultDouble()) {
            vault.secrets.put(
                    "database/creds/transcode",
                    new VaultDouble.Entry("transcode-api", Map.of("username", "v-api", "password", "s3"), "lease-1"));
            vault.secrets.put(
                    "kv/data/transcode/dongle",
                    new VaultDouble.Entry("transcode-engine", Map.of("data", Map.of("license", "L-4711")), ""));
            engine.image(
                    "registry.kv.internal/transcode-api:1.6.2",
                    Map.of(PAGE, page("echo \"$DB_DSN\"; sleep 1 | nc 127.0.0.1 9090"), "www/healthz", "fine\n"),
                    serving(8080));
            var configuration = directory.resolve("agent.hcl");
            Files.writeString(configuration, configuration(engine, vault, "raw"));
            try (var agent =
                    new ChildAgent(directory, 8).configured(configuration).inside(machine())) {
                agent.start();
                run(agent, "guide-transcode-engine.nomad");
                agent.await("the engine", () -> allRun(agent, "transcode-engine", 1));
                Files.writeString(configuration, configuration(engine, vault, "container"));
                agent.send("PUT", "/v1/agent/reload", "");
                run(agent, "guide-transcode-api.nomad");
                agent.await("three instances", () -> allRun(agent, "transcode-api", 3));
                var seen = new ArrayList<String>();
                assertThatCode(() -> agent.await("an answer of the engine through the mesh", () -> {
                            seen.add(fetched(agent, "transcode-api", "api", 8080));
                            return seen.getLast()
                                    .contains("v-api:s3@db.kv.internal/jobs\nengine of transcode with L-4711");
                        }))
                        .as(() -> "last seen: " + seen.getLast())
                        .doesNotThrowAnyException();
                assertThat(vault.tokens.values().stream().map(Object::toString).toList())
                        .containsExactlyInAnyOrder(
                                "[transcode-engine]", "[transcode-api]", "[transcode-api]", "[transcode-api]");
                end(agent, "transcode-api", "transcode-engine");
                agent.await("tokens to be taken back", vault.tokens::isEmpty);
                assertThat(agent.log()).doesNotContain("task-token", VaultDouble.ROOT, "L-4711");
            }
        }
    }

    private static String configuration(EngineOfTests engine, VaultDouble vault, String workloadClass) {
        return """
                datacenter = "kv-dc1"
                client {
                  meta { workload_class = "%s" }
                  memory_total_mb = 32768
                  cpu_total_compute = 20000
                }
                plugin "docker" { config { endpoint = "%s" } }
                vault { enabled = true address = "%s" token = "%s" }
                """.formatted(workloadClass, engine.endpoint(), vault.address(), VaultDouble.ROOT);
    }

    /** A machine that has the engine's program and account, for the agent alone. */
    private List<String> machine() throws Exception {
        var program = Files.writeString(
                directory.resolve("engine"), """
                #!/bin/sh
                said="engine of $(id -un) with $(cat $NOMAD_SECRETS_DIR/license.key)"
                exec %s nc -ll -p 7000 -e /bin/echo "$said"
                """.formatted(Tool.find("busybox").orElseThrow()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        var accounts = Files.writeString(
                directory.resolve("passwd"),
                Files.readString(Path.of("/etc/passwd")) + "transcode:x:64711:64711::/nonexistent:/bin/sh\n");
        var prepare = """
                mount -t tmpfs tmpfs /opt && mkdir -p /opt/transcode/bin && cp "$1" /opt/transcode/bin/engine \\
                  && mount --bind "$2" /etc/passwd && shift 2 && exec "$@"
                """;
        return List.of("unshare", "-m", "sh", "-c", prepare, "sh", program.toString(), accounts.toString());
    }
}
