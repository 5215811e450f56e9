package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.TaskScope;
import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.codec.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Proves that people reach into running tasks through a whole agent: by frames as clients send them, and by commands. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AllocationAccessTest {
    private static final JobKey JOB = new JobKey("default", new JobId("access"));

    private Path directory;
    private Assembly agent;
    private Allocation allocation;

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        directory = temporary;
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        agent = Assembly.start(AgentOptions.development(directory).onFreePorts());
        AgentTest.await("a ready node", () -> agent.server().snapshot().nodeCount() == 1);
        AgentTest.register(agent, """
                {"ID":"access","Type":"service","TaskGroups":[{"Name":"g","Count":1,"Tasks":[{"Name":"t","Driver":"raw_exec",
                 "Config":{"command":"/bin/sh","args":["-c","echo first; echo bad >&2; exec sleep 1000"]},
                 "Env":{"COLOUR":"green"},"Resources":{"CPU":20,"MemoryMB":20}}]}]}
                """);
        AgentTest.await("a running allocation", () -> running().isPresent());
        allocation = running().orElseThrow();
    }

    private Optional<Allocation> of(String job) {
        return agent.server().snapshot().allocationsOf(new JobKey("default", new JobId(job))).stream()
                .findFirst();
    }

    private boolean has(String job, Predicate<Allocation> fact) {
        return of(job).filter(fact).isPresent();
    }

    @Test
    void a_script_check_runs_in_its_task_and_restarts_it_while_it_fails() throws Exception {
        AgentTest.register(agent, """
                {"ID":"checked","Type":"service","TaskGroups":[{"Name":"g","Count":1,
                 "RestartPolicy":{"Attempts":50,"Interval":1800000000000,"Delay":10000000,"Mode":"fail"},
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/sleep","args":["1000"]},
                  "Env":{"COLOUR":"blue"},"Resources":{"CPU":20,"MemoryMB":20},
                  "Services":[{"Name":"checked","CheckRestart":{"Limit":2,"Grace":1000000},"Checks":[{"Name":"by script",
                   "Type":"script","Command":"/bin/sh","Interval":1000000000,"Timeout":10000000000,
                   "Args":["-c","echo colour is $COLOUR; exit $(cat local/code || echo 2)"]}]}]}]}]}
                """);
        AgentTest.await(
                "a critical check",
                () -> has(
                        "checked",
                        it -> it.client().checks().values().stream()
                                .anyMatch(check -> check.status().equals("critical")
                                        && check.output().startsWith("colour is blue"))));
        AgentTest.await(
                "a restart",
                () -> has("checked", it -> it.client().taskStates().get("t").restarts() > 0));
        assertThat(of("checked").orElseThrow().client().taskStates().get("t").events())
                .anyMatch(event -> event.type().equals("Restart Signaled")
                        && event.displayMessage().contains("by script"));
        var local =
                directory.resolve("data/alloc/" + of("checked").orElseThrow().id() + "/t/local");
        Files.writeString(local.resolve("code"), "1");
        AgentTest.await(
                "a warning",
                () -> has(
                        "checked",
                        it -> it.client().checks().values().stream()
                                .anyMatch(check -> check.status().equals("warning")
                                        && check.output().startsWith("colour is blue"))));
        Files.writeString(local.resolve("code"), "0");
        AgentTest.await(
                "a passing check",
                () -> has(
                        "checked",
                        it -> it.client().checks().values().stream()
                                .anyMatch(check -> check.status().equals("passing"))));
    }

    @Test
    void logs_of_all_allocations_of_a_job_are_followed_until_they_end() throws Exception {
        var gate = directory.resolve("gate");
        AgentTest.register(agent, """
                {"ID":"chorus","Type":"batch","TaskGroups":[{"Name":"g","Count":2,"Tasks":[{"Name":"t","Driver":"raw_exec",
                 "Config":{"command":"/bin/sh","args":["-c",
                  "wait_for() { until [ -e $1 ]; do sleep 0.1; done; }; wait_for %1$s1; echo first of $NOMAD_ALLOC_INDEX; wait_for %1$s2; echo second of $NOMAD_ALLOC_INDEX; echo trouble of $NOMAD_ALLOC_INDEX >&2"]},
                 "Resources":{"CPU":20,"MemoryMB":20}}]}]}
                """.formatted(gate));
        var all = new JobKey("default", new JobId("chorus"));
        AgentTest.await(
                "two running allocations",
                () -> agent.server().snapshot().allocationsOf(all).stream()
                                .filter(it -> it.client().status() == ClientStatus.RUNNING)
                                .count()
                        == 2);
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var code = new CompletableFuture<Integer>();
        try (var scope = new TaskScope("follower")) {
            scope.startVirtual(
                    "logs",
                    () -> code.complete(dev.steppe.cli.Main.run(
                            List.of("alloc", "logs", "-f", "-job", "chorus"),
                            new PrintStream(out, true, StandardCharsets.UTF_8),
                            new PrintStream(err, true, StandardCharsets.UTF_8),
                            Map.of(
                                    "NOMAD_ADDR",
                                    "http://127.0.0.1:" + agent.nomadAddress().getPort()))));
            Files.createFile(Path.of(gate + "1"));
            AgentTest.await("first words", () -> lines(out).size() == 2);
            // What is written from now on can only come by following.
            Files.createFile(Path.of(gate + "2"));
            assertThat(code.get(120, TimeUnit.SECONDS)).isZero();
        }
        var expected = new ArrayList<String>();
        var trouble = new ArrayList<String>();
        for (Allocation one : agent.server().snapshot().allocationsOf(all)) {
            var from = one.id().value().substring(0, 8) + " t | ";
            expected.add(from + "first of " + one.index());
            expected.add(from + "second of " + one.index());
            trouble.add(from + "trouble of " + one.index());
        }
        assertThat(lines(out)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(lines(err)).containsExactlyInAnyOrderElementsOf(trouble);
    }

    private static List<String> lines(ByteArrayOutputStream text) {
        return text.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private Optional<Allocation> running() {
        return agent.server().snapshot().allocationsOf(JOB).stream()
                .filter(it -> it.client().status() == ClientStatus.RUNNING)
                .findFirst();
    }

    @AfterAll
    void stop() throws Exception {
        agent.stopAndRemove();
        agent.close();
    }

    /** A client that speaks the frames of the published API. */
    private static final class Session implements WebSocket.Listener {
        private final StringBuilder partial = new StringBuilder();
        private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        private final CompletableFuture<Integer> exit = new CompletableFuture<>();

        @Override
        public synchronized CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            partial.append(data);
            socket.request(1);
            if (last) {
                take(partial.toString());
                partial.setLength(0);
            }
            return CompletableFuture.completedFuture(null);
        }

        private void take(String text) {
            try {
                var frame = (Map<?, ?>) Codec.fromJson(Object.class, text);
                print(frame.get("stdout"), stdout);
                print(frame.get("stderr"), stderr);
                if (Boolean.TRUE.equals(frame.get("exited"))) {
                    exit.complete(((Number) ((Map<?, ?>) frame.get("result")).get("exit_code")).intValue());
                }
            } catch (Exception wrong) {
                exit.completeExceptionally(wrong);
            }
        }

        private static void print(Object part, ByteArrayOutputStream to) {
            if (part instanceof Map<?, ?> map && map.get("data") instanceof String data) {
                to.writeBytes(Base64.getDecoder().decode(data));
            }
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            exit.completeExceptionally(new IOException("closed " + code + " " + reason));
            return CompletableFuture.completedFuture(null);
        }

        synchronized String out() {
            return stdout.toString(StandardCharsets.UTF_8);
        }

        int code() throws Exception {
            return exit.get(120, TimeUnit.SECONDS);
        }
    }

    private CompletableFuture<WebSocket> open(
            HttpClient http, Session session, String task, boolean terminal, String... command) throws Exception {
        var words = Codec.toJson(List.of(command));
        var query =
                "?task=" + task + "&tty=" + terminal + "&command=" + URLEncoder.encode(words, StandardCharsets.UTF_8);
        var address = agent.nomadAddress();
        var uri = URI.create(
                "ws://127.0.0.1:" + address.getPort() + "/v1/client/allocation/" + allocation.id() + "/exec" + query);
        return http.newWebSocketBuilder().buildAsync(uri, session);
    }

    private static void stdin(WebSocket socket, String text) {
        var data = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        socket.sendText("{\"stdin\":{\"data\":\"" + data + "\"}}", true).join();
    }

    @Test
    void a_command_over_a_web_socket_has_the_tasks_environment_and_answers_its_status() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var session = new Session();
            var socket = open(http, session, "t", false, "/bin/sh", "-c", "read line; echo $COLOUR $line; exit 9")
                    .get(120, TimeUnit.SECONDS);
            stdin(socket, "apple\n");
            socket.sendText("{}", true).join();
            assertThat(session.code()).isEqualTo(9);
            assertThat(session.out()).isEqualTo("green apple\n");
        }
    }

    @Test
    void a_terminal_over_a_web_socket_is_resized_and_closing_the_connection_ends_the_command() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var session = new Session();
            var socket = open(
                            http,
                            session,
                            "t",
                            true,
                            "/bin/sh",
                            "-c",
                            "echo pid=$$; read x; stty size; exec sleep 1000")
                    .get(120, TimeUnit.SECONDS);
            socket.sendText("{\"tty_size\":{\"height\":41,\"width\":87}}", true).join();
            stdin(socket, "go\r");
            AgentTest.await("the size", () -> session.out().contains("41 87"));
            var pid = Long.parseLong(session.out().replaceAll("(?s).*pid=(\\d+).*", "$1"));
            assertThat(ProcessHandle.of(pid)).isPresent();
            socket.abort();
            AgentTest.await(
                    "the end of the command", () -> ProcessHandle.of(pid).isEmpty());
        }
    }

    @Test
    void what_cannot_be_run_is_refused_before_the_connection_changes() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            assertThatThrownBy(() ->
                            open(http, new Session(), "other", false, "ls").get(120, TimeUnit.SECONDS))
                    .hasRootCauseMessage("Unexpected HTTP response status code 404");
            assertThatThrownBy(() -> open(http, new Session(), "t", false).get(120, TimeUnit.SECONDS))
                    .hasRootCauseMessage("Unexpected HTTP response status code 400");
        }
    }

    @Test
    void a_page_from_elsewhere_cannot_open_a_session() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var uri = URI.create("ws://127.0.0.1:" + agent.nomadAddress().getPort() + "/v1/client/allocation/"
                    + allocation.id() + "/exec?task=t&command=%5B%22ls%22%5D");
            var answer = http.newWebSocketBuilder()
                    .header("Origin", "http://elsewhere.example")
                    .buildAsync(uri, new Session());
            assertThatThrownBy(() -> answer.get(120, TimeUnit.SECONDS))
                    .hasRootCauseMessage("Unexpected HTTP response status code 403");
        }
    }

    /** The real program at a real terminal: {@code script} makes one around it. */
    @Test
    void the_command_works_at_a_real_terminal() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "needs script (util-linux)");
        var words = new ArrayList<String>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                "'" + System.getProperty("java.class.path") + "'",
                "dev.steppe.cli.Main",
                "alloc",
                "exec",
                allocation.id().value(),
                "/bin/sh"));
        var builder = new ProcessBuilder("/usr/bin/script", "-qefc", String.join(" ", words), "/dev/null")
                .redirectErrorStream(true);
        builder.environment()
                .put("NOMAD_ADDR", "http://127.0.0.1:" + agent.nomadAddress().getPort());
        var terminal = builder.start();
        var shown = new ByteArrayOutputStream();
        try (var scope = new TaskScope("terminal");
                var keys = terminal.getOutputStream()) {
            scope.startVirtual("copy", () -> copy(terminal, shown));
            AgentTest.await(
                    "a prompt", () -> shown.toString(StandardCharsets.UTF_8).contains("$"));
            type(keys, "stty -a; sleep 1000\r");
            AgentTest.await(
                    "the terminal", () -> shown.toString(StandardCharsets.UTF_8).contains("isig"));
            // Ctrl-C must reach the command there and not end the program here.
            type(keys, "\003");
            type(keys, "echo still $COLOUR; exit 4\r");
            AgentTest.await(
                    "an answer", () -> shown.toString(StandardCharsets.UTF_8).contains("still green\r\n"));
            assertThat(terminal.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(terminal.exitValue()).isEqualTo(4);
        } finally {
            terminal.destroyForcibly();
        }
    }

    private static void type(OutputStream keys, String text) throws IOException {
        keys.write(text.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }

    private static void copy(Process from, ByteArrayOutputStream to) {
        try {
            from.getInputStream().transferTo(to);
        } catch (IOException ended) {
            // the terminal is gone
        }
    }
}
