package dev.steppe.agent;

import static dev.steppe.agent.Awaiting.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.io.TaskScope;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves over real sockets that what a node alone knows can be asked of any agent: of its own, a server, another node. */
class NodeElsewhereTest {
    private static final Duration PATIENCE = Duration.ofSeconds(240);
    private static final String JOB = """
            {"Job":{"ID":"talker","Name":"talker","Type":"service",
             "Constraints":[{"LTarget":"${node.unique.name}","RTarget":"near","Operand":"="}],
             "TaskGroups":[{"Name":"g","Count":1,"Tasks":[{"Name":"t","Driver":"raw_exec",
             "Config":{"command":"/bin/sh",
              "args":["-c","trap 'echo heard' HUP; echo begun; while :; do sleep 0.1; done"]},
             "Resources":{"CPU":20,"MemoryMB":20}}]}]}}
            """;

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final TaskScope scope = new TaskScope("test");
    private Assembly server;
    private Assembly near;
    private Assembly other;
    private String allocation = "";

    @BeforeEach
    void start() throws Exception {
        // tasks are of another user
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        server = Assembly.start(Agents.options(directory.resolve("server"), "server { enabled = true }"));
        near = Agents.client(directory.resolve("near"), Agents.token(server, http));
        other = Agents.client(directory.resolve("other"), Agents.token(server, http));
        await("two ready nodes", () -> get(server, "/v1/nodes").split("\"Status\":\"ready\"", -1).length == 3);
        assertThat(ask(server, "PUT", "/v1/jobs", JOB).statusCode()).isEqualTo(200);
        await(
                "a running task",
                () -> get(server, "/v1/job/talker/allocations").contains("\"ClientStatus\":\"running\""));
        allocation = get(server, "/v1/job/talker/allocations").replaceAll("(?s).*?\"ID\":\"([^\"]+)\".*", "$1");
        await(
                "the task's first word",
                () -> get(near, "/v1/client/fs/logs/" + allocation + "?task=t&type=stdout&plain=true")
                        .contains("begun"));
    }

    @AfterEach
    void stop() throws Exception {
        other.stopAndRemove();
        near.stopAndRemove();
        server.stopAndRemove();
        http.shutdownNow();
        scope.close();
    }

    private static URI uri(String scheme, Assembly agent, String path) {
        InetSocketAddress address = agent.nomadAddress();
        return URI.create(scheme + "://127.0.0.1:" + address.getPort() + path);
    }

    private HttpResponse<String> ask(Assembly agent, String method, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(uri("http", agent, path))
                        .timeout(PATIENCE)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String get(Assembly agent, String path) throws Exception {
        return ask(agent, "GET", path, "").body();
    }

    @Test
    void logs_files_and_statistics_of_a_task_are_told_by_every_agent() throws Exception {
        var node = get(server, "/v1/allocation/" + allocation).replaceAll("(?s).*?\"NodeID\":\"([^\"]+)\".*", "$1");
        for (Assembly agent : List.of(near, server, other)) {
            await(
                    "the log",
                    () -> get(agent, "/v1/client/fs/logs/" + allocation + "?task=t&type=stdout&plain=true")
                            .contains("begun"));
            assertThat(get(agent, "/v1/client/fs/ls/" + allocation + "?path=/")).contains("\"Name\":\"alloc\"");
            assertThat(get(agent, "/v1/client/allocation/" + allocation + "/stats"))
                    .contains("\"ResourceUsage\"");
            assertThat(ask(agent, "GET", "/v1/client/allocation/" + allocation + "/checks", "")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(get(agent, "/v1/client/stats?node_id=" + node.substring(0, 8)))
                    .contains("\"AllocDirStats\"");
            assertThat(ask(agent, "GET", "/v1/client/fs/ls/" + "0".repeat(8) + allocation.substring(8), "")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(get(agent, "/v1/agent/monitor?node_id=zz&plain=true")).contains("no other agent");
        }
    }

    @Test
    void a_log_is_followed_and_a_signal_sent_through_other_agents() throws Exception {
        for (Assembly agent : List.of(server, other)) {
            var log = http.send(
                    HttpRequest.newBuilder(uri(
                                    "http",
                                    agent,
                                    "/v1/client/fs/logs/" + allocation
                                            + "?task=t&type=stdout&plain=true&follow=true&origin=end&offset=0"))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            var heard = new CompletableFuture<String>();
            scope.startVirtual("log", () -> heard.complete(firstLine(log.body())));
            await("the signal's trace in the log", () -> {
                var signalled = ask(
                        agent,
                        "PUT",
                        "/v1/client/allocation/" + allocation + "/signal",
                        "{\"Task\":\"t\",\"Signal\":\"SIGHUP\"}");
                assertThat(signalled.statusCode()).as(signalled.body()).isEqualTo(200);
                return heard.isDone();
            });
            assertThat(heard.get()).isEqualTo("heard");
            log.body().close();
        }
        var restarted = ask(other, "PUT", "/v1/client/allocation/" + allocation + "/restart", "{\"TaskName\":\"t\"}");
        assertThat(restarted.statusCode()).as(restarted.body()).isEqualTo(200);
    }

    private static String firstLine(InputStream log) {
        try {
            return new java.io.BufferedReader(new java.io.InputStreamReader(log, StandardCharsets.UTF_8)).readLine();
        } catch (java.io.IOException broken) {
            return broken.toString();
        }
    }

    private String exec(String task, String command) {
        return "/v1/client/allocation/" + allocation + "/exec?task=" + task + "&command="
                + URLEncoder.encode(command, StandardCharsets.UTF_8);
    }

    @Test
    void a_command_runs_in_a_task_through_other_agents() throws Exception {
        for (Assembly agent : List.of(server, other)) {
            var frames = new Frames();
            var socket = http.newWebSocketBuilder()
                    .buildAsync(
                            uri("ws", agent, exec("t", "[\"/bin/sh\",\"-c\",\"read x; echo got $x; exit 7\"]")), frames)
                    .get(120, TimeUnit.SECONDS);
            socket.sendText("{\"stdin\":{\"data\":\"YWJjCg==\"}}", true).get(120, TimeUnit.SECONDS);
            assertThat(frames.closed.get(120, TimeUnit.SECONDS)).isEqualTo(1000);
            assertThat(frames.all.toString()).contains("Z290IGFiYwo=").contains("\"exit_code\":7");
        }
    }

    @Test
    void a_command_that_is_refused_there_is_refused_here_with_the_same_status() {
        assertThatThrownBy(() -> http.newWebSocketBuilder()
                        .buildAsync(uri("ws", other, exec("nosuch", "[\"ls\"]")), new Frames())
                        .get(120, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(WebSocketHandshakeException.class, refused -> {
                    assertThat(refused.getResponse().statusCode()).isEqualTo(404);
                    assertThat(String.valueOf(refused.getResponse().body())).contains("nosuch");
                });
    }

    @Test
    void a_node_whose_agent_is_away_is_named() throws Exception {
        near.close();
        await("the name of the node that is away", () -> {
            var answer = ask(other, "GET", "/v1/client/fs/ls/" + allocation + "?path=/", "");
            assertThat(answer.statusCode()).isEqualTo(500);
            return answer.body().contains("No path to node near")
                    && answer.body().contains("cannot be reached");
        });
        near = Assembly.start(Agents.options(directory.resolve("near"), "client { enabled = true %s }"));
    }
}
