package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static dev.steppe.agent.RunningNode.list;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job says about nodes that go away, or are emptied, has its effect on two nodes that do. */
class AwayFieldsTest {
    private static final String SERVER = """
            server {
              enabled             = true
              heartbeat_grace     = "4s"
              min_heartbeat_ttl   = "1s"
            }
            """;

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private AgentOptions atServer;
    private AgentOptions atOne;
    private Assembly server;
    private Assembly one;
    private Assembly two;
    private RunningNode cluster;

    @BeforeEach
    void start() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        atServer = Agents.options(directory.resolve("server"), SERVER).withRealPorts(Agents.PORTS);
        server = Assembly.start(atServer);
        cluster = RunningNode.of(directory, server);
        atOne = client("one");
        one = Assembly.start(atOne);
        two = Assembly.start(client("two"));
        cluster.await(
                "two nodes",
                () -> list(cluster.get("/v1/nodes")).stream()
                                .filter(node -> "ready".equals(at(node, "Status")))
                                .count()
                        == 2);
    }

    private AgentOptions client(String name) throws Exception {
        var token = Agents.token(server, http);
        return Agents.options(directory.resolve(name), "client { enabled = true %s }")
                .joining(token.server() + "#" + token.secret().text());
    }

    @AfterEach
    void stop() throws Exception {
        for (Assembly agent : new Assembly[] {one, two, server}) {
            if (agent != null) {
                agent.stopAndRemove();
                agent.close();
            }
        }
        http.shutdownNow();
    }

    /** On the node called one, where that is possible. */
    private static String job(String name, int count, String group, String task) {
        return """
                job "%s" {
                  affinity {
                    attribute = "${node.unique.name}"
                    value     = "one"
                    weight    = 100
                  }
                  update {
                    health_check     = "task_states"
                    min_healthy_time = "100ms"
                  }
                  group "g" {
                    count = %d
                    %s
                    task "t" {
                      driver = "raw_exec"
                      config {
                        command = "/bin/sleep"
                        args    = ["1000"]
                      }
                      resources {
                        cpu    = 20
                        memory = 20
                      }
                      %s
                    }
                  }
                }
                """.formatted(name, count, group, task);
    }

    private static String disconnect(String words) {
        return "disconnect {\n" + words + "\n}\n";
    }

    /** The states of all allocations of a job with the names of their nodes, the oldest first. */
    private List<String> states(String job) throws Exception {
        var states = new ArrayList<String>();
        for (Object row : cluster.allocations(job)) {
            states.add(at(row, "NodeName") + " " + at(row, "DesiredStatus") + " " + at(row, "ClientStatus"));
        }
        return states;
    }

    private void awaitStates(String job, String... states) {
        cluster.await(job + " to be " + List.of(states), () -> {
            assertThat(states(job)).containsExactly(states);
            return true;
        });
    }

    @Test
    void what_runs_on_a_node_that_is_away_is_kept_replaced_or_given_up_as_its_job_says() throws Exception {
        cluster.run(job("held", 1, disconnect("lost_after = \"1h\"\nreplace = false"), ""));
        cluster.run(job(
                "doubled", 1, disconnect("lost_after = \"1h\"\nreplace = true\nreconcile = \"keep_original\""), ""));
        cluster.run(job(
                "moved", 1, disconnect("lost_after = \"1h\"\nreplace = true\nreconcile = \"keep_replacement\""), ""));
        cluster.run(job("given-up", 1, disconnect("lost_after = \"3s\"\nreplace = false"), ""));
        for (String job : List.of("held", "doubled", "moved", "given-up")) {
            awaitStates(job, "one run running");
        }

        one.close();
        awaitStates("held", "one run unknown");
        awaitStates("doubled", "one run unknown", "two run running");
        awaitStates("moved", "one run unknown", "two run running");
        cluster.await("what was given up", () -> states("given-up").getFirst().endsWith("lost"));

        one = Assembly.start(atOne);
        awaitStates("held", "one run running");
        awaitStates("doubled", "one run running", "two stop complete");
        awaitStates("moved", "one stop complete", "two run running");
    }

    @Test
    void a_node_that_is_cut_off_ends_by_itself_what_says_so() throws Exception {
        cluster.run(job("ends", 1, disconnect("stop_on_client_after = \"6s\""), ""));
        cluster.run(job("stays", 1, "", ""));
        for (String job : List.of("ends", "stays")) {
            awaitStates(job, "one run running");
        }
        var ends = task("ends");
        var stays = task("stays");
        server.close();
        cluster.await("the end of the task", () -> ProcessHandle.of(ends).isEmpty());
        assertThat(ProcessHandle.of(stays)).isPresent();
        server = Assembly.start(atServer);
        cluster = RunningNode.of(directory, server);
    }

    private long task(String job) throws Exception {
        var file = directory.resolve("one/alloc/" + at(cluster.allocation(job), "ID") + "/t/private/process/task");
        return Long.parseLong(Files.readString(file).split(" ", 2)[0]);
    }

    @Test
    void an_emptied_node_gives_its_instances_away_as_fast_as_the_job_says() throws Exception {
        cluster.run(job("careful", 3, """
                service {
                  name = "careful"
                  port = "1"
                  check {
                    type     = "tcp"
                    interval = "1s"
                    timeout  = "1s"
                  }
                }
                """, "").replace("group \"g\"", """
                migrate {
                  max_parallel     = 1
                  health_check     = "task_states"
                  min_healthy_time = "1500ms"
                  healthy_deadline = "30s"
                }
                group "g\""""));
        cluster.run(job("never-well", 1, """
                migrate {
                  max_parallel     = 1
                  health_check     = "checks"
                  min_healthy_time = "1s"
                  healthy_deadline = "2s"
                }
                service {
                  name = "never-well"
                  port = "1"
                  check {
                    type     = "tcp"
                    interval = "1s"
                    timeout  = "1s"
                  }
                }
                """, ""));
        awaitStates("careful", "one run running", "one run running", "one run running");
        awaitStates("never-well", "one run running");
        for (String job : List.of("careful", "never-well")) {
            cluster.await(
                    job + " well",
                    () -> "successful".equals(at(cluster.get("/v1/job/" + job + "/deployments"), 0, "Status")));
        }
        for (Object node : list(cluster.get("/v1/nodes"))) {
            if ("one".equals(at(node, "Name"))) {
                assertThat(cluster.say("node", "drain", "-enable", "-yes", "-detach", "" + at(node, "ID")))
                        .endsWith("exit 0");
            }
        }
        cluster.await(
                "three on the other node",
                () -> states("careful").stream()
                                .filter("two run running"::equals)
                                .count()
                        == 3);
        cluster.await("the verdict about what is never well", () -> {
            var replacement = cluster.allocation("never-well");
            return "two".equals(at(replacement, "NodeName"))
                    && Boolean.FALSE.equals(at(replacement, "DeploymentStatus", "Healthy"));
        });
        var times = new ArrayList<Long>();
        for (Object row : cluster.allocations("careful")) {
            times.add(((Number) at(row, "CreateTime")).longValue());
        }
        for (int i : new int[] {4, 5}) {
            assertThat(Duration.ofNanos(times.get(i) - times.get(i - 1)))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(1400));
        }
    }
}
