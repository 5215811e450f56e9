package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static dev.steppe.agent.RunningNode.list;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.language.source.Diagnostic;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a configuration says about a server has its effect on one that runs. */
class ServerKeysTest {
    @TempDir
    Path directory;

    private static String job(String name, String type, int priority, String script, int memory) {
        return """
                job "%s" {
                  type     = "%s"
                  priority = %d
                  group "g" {
                    task "t" {
                      driver = "raw_exec"
                      config {
                        command = "/bin/sh"
                        args    = ["-c", "%s"]
                      }
                      resources {
                        cpu    = 20
                        memory = %d
                      }
                    }
                  }
                }
                """.formatted(name, type, priority, script, memory);
    }

    private List<String> files(Path folder) throws IOException {
        try (var all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void what_ended_is_forgotten_after_its_time_and_the_state_is_written_to_as_many_files_as_wanted() throws Exception {
        var saved = directory.resolve("saved");
        try (var node = RunningNode.start(directory, """
                server {
                  data_dir                 = "%1$s/log"
                  max_heartbeats_per_second = 1
                  min_heartbeat_ttl        = "100ms"
                  job_gc_interval          = "1s"
                  job_gc_threshold         = "3s"
                  eval_gc_threshold        = "1s"
                  batch_eval_gc_threshold  = "1s"
                  snapshots {
                    interval  = "1s"
                    retain    = 2
                    directory = "%1$s/saved"
                    name      = "nightly"
                  }
                }
                """.formatted(directory))) {
            var begun = System.nanoTime();
            assertThat(directory.resolve("log")).isNotEmptyDirectory();
            assertThat(directory.resolve("data/server")).doesNotExist();
            node.run(job("short", "batch", 50, "true", 20));
            node.awaitStatus("short", "complete");
            node.run(job("long", "service", 50, "exec sleep 1000", 20));
            node.awaitStatus("long", "running");
            node.run(job("lasting", "batch", 50, "exec sleep 1000", 20));
            node.awaitStatus("lasting", "running");
            for (var name : List.of("long", "lasting")) {
                node.await(
                        "an evaluation to be forgotten while its job runs",
                        () -> list(node.get("/v1/job/" + name + "/evaluations")).isEmpty());
            }
            node.await(
                    "a job to be forgotten",
                    () -> list(node.get("/v1/jobs?prefix=short")).isEmpty());
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("the usual time until ended jobs are looked for is a minute")
                    .isLessThan(Duration.ofSeconds(50));
            assertThat(at(node.get("/v1/job/long"), "ID")).isEqualTo("long");

            var every = String.valueOf(at(node.get("/v1/agent/self"), "stats", "client", "heartbeat_ttl"));
            assertThat(Integer.parseInt(every.replace("ms", "")))
                    .as("one heartbeat a second, of one node: " + every)
                    .isBetween(750, 1000);

            node.await("two files", () -> files(saved).size() == 2);
            var first = files(saved).getFirst();
            assertThat(first).startsWith("nightly-").endsWith(".snap");
            node.await(
                    "the oldest to go",
                    () -> files(saved).size() == 2 && !files(saved).contains(first));
        }
    }

    @Test
    void jobs_are_refused_evaluations_wait_and_servers_stay_until_an_operator_says_otherwise() throws Exception {
        try (var node = RunningNode.start(directory, """
                server {
                  default_scheduler_config {
                    reject_job_registration = true
                    pause_eval_broker       = true
                  }
                }
                autopilot {
                  cleanup_dead_servers      = false
                  last_contact_threshold    = "1234ms"
                  max_trailing_logs         = 99
                  min_quorum                = 3
                  server_stabilization_time = "21s"
                }
                """)) {
            assertThatAutopilotIs(node, "1234ms", "99", "3", "21s");
            var written = node.written(job("late", "service", 50, "exec sleep 1000", 20));
            assertThat(node.say("job", "run", "-detach", written))
                    .contains("job registration")
                    .doesNotEndWith("exit 0");
            assertThat(node.say("operator", "scheduler", "set-config", "-reject-job-registration=false"))
                    .endsWith("exit 0");
            assertThat(node.say("job", "run", "-detach", written)).endsWith("exit 0");
            assertThat(node.say("kv", "put", "time", "passes")).endsWith("exit 0");
            assertThat(at(node.get("/v1/job/late/evaluations"), 0, "Status")).isEqualTo("pending");
            assertThat(node.allocations("late")).isEmpty();
            assertThat(node.say("explain", "late")).contains("the broker is paused");
            assertThat(node.say("operator", "scheduler", "set-config", "-pause-eval-broker=false"))
                    .endsWith("exit 0");
            node.awaitStatus("late", "running");
        }
    }

    private static void assertThatAutopilotIs(
            RunningNode node, String contact, String trailing, String least, String wait) throws Exception {
        node.await("what is written", () -> {
            assertThat(at(node.get("/v1/operator/autopilot/configuration"), "MinQuorum"))
                    .hasToString(least);
            return true;
        });
        assertThat(node.catalog("/v1/operator/autopilot/configuration"))
                .as("the same in the words of the other dialect")
                .extracting(settings -> at(settings, "MinQuorum") + " " + at(settings, "LastContactThreshold"))
                .isEqualTo(least + " " + contact);
        assertThat(at(node.catalog("/v1/operator/autopilot/health"), "Servers", 0, "SerfStatus"))
                .isEqualTo("alive");
        assertThat(String.valueOf(at(node.catalog("/v1/operator/autopilot/state"), "Servers")))
                .contains("Status=leader", "NodeStatus=alive");
        assertThat(node.say("operator", "autopilot", "state"))
                .contains("Healthy:            true", "Status:             leader");
        assertThat(node.say("operator", "autopilot", "get-config").replaceAll(" +", " "))
                .contains("CleanupDeadServers = false", "LastContactThreshold = " + contact)
                .contains("MaxTrailingLogs = " + trailing, "MinQuorum = " + least)
                .contains("ServerStabilizationTime = " + wait);
    }

    @Test
    void what_consul_s_file_says_of_servers_holds_until_an_operator_says_otherwise() throws Exception {
        var file = Files.writeString(directory.resolve("consul.hcl"), """
                server = true
                autopilot {
                  cleanup_dead_servers      = false
                  last_contact_threshold    = "2s"
                  max_trailing_logs         = 98
                  min_quorum                = 5
                  server_stabilization_time = "22s"
                }
                """);
        try (var node = RunningNode.start(directory, "", "-config=" + file)) {
            assertThatAutopilotIs(node, "2s", "98", "5", "22s");
            assertThat(node.say("operator", "autopilot", "set-config", "-min-quorum=1"))
                    .endsWith("exit 0");
            assertThatAutopilotIs(node, "2s", "98", "1", "22s");
        }
    }

    @Test
    void jobs_of_each_type_evict_others_only_where_their_scheduler_may() throws Exception {
        try (var node = RunningNode.start(directory, """
                client {
                  memory_total_mb = 400
                }
                server {
                  job_gc_interval         = "1s"
                  deployment_gc_threshold = "1s"
                  default_scheduler_config {
                    preemption_config {
                      system_scheduler_enabled   = false
                      sysbatch_scheduler_enabled = true
                      batch_scheduler_enabled    = true
                    }
                  }
                }
                """)) {
            node.run(job("low", "service", 20, "exec sleep 1000", 300));
            node.awaitStatus("low", "running");
            for (String type : List.of("system", "service")) {
                assertThat(node.plan(job("high", type, 80, "exec sleep 1000", 300)))
                        .as(type)
                        .containsIgnoringCase("failed to place");
            }
            int instances = 1;
            for (String type : List.of("batch", "sysbatch")) {
                node.run(job("high-" + type, type, 80, "true", 300));
                node.awaitStatus("high-" + type, "complete");
                int more = ++instances;
                node.await(
                        "the evicted one again", () -> node.allocations("low").size() == more);
                node.awaitStatus("low", "running");
            }
            assertThatDeploymentsAreForgotten(node);
        }
    }

    private static void assertThatDeploymentsAreForgotten(RunningNode node) throws Exception {
        var quick = "group \"g\" {\nupdate {\nhealth_check = \"task_states\"\nmin_healthy_time = \"10ms\"\n}\n";
        for (String seconds : List.of("1001", "1002")) {
            node.run(job("deployed", "service", 50, "exec sleep " + seconds, 20).replace("group \"g\" {\n", quick));
            node.await(
                    "a deployment that ended well",
                    () -> "successful".equals(at(node.get("/v1/job/deployed/deployment"), "Status"))
                            && node.output("deployed", "t").isEmpty());
        }
        node.await(
                "the older one to be forgotten",
                () -> list(node.get("/v1/job/deployed/deployments")).size() == 1);
        assertThat(list(node.get("/v1/job/deployed/evaluations"))).isNotEmpty();
    }

    private AgentOptions options(String name, String words) throws IOException {
        var file = Files.writeString(directory.resolve(name + ".hcl"), """
                name     = "kept"
                data_dir = "%s/kept"
                """.formatted(directory) + words);
        var parsed = AgentArguments.parse(List.of("-config=" + file), Map.of(), false);
        assertThat(Diagnostic.render(parsed.diagnostics())).isEmpty();
        return parsed.options().orElseThrow(() -> new IOException(parsed.trouble()));
    }

    private static boolean listens(String address, int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 10_000);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void a_server_is_called_where_it_says_and_forgets_a_node_that_does_not_come_back() throws Exception {
        int agents = Agents.PORTS.any();
        int log = Agents.PORTS.any();
        int consul = Agents.PORTS.any();
        var words = """
                addresses {
                  rpc = "127.0.0.7 127.0.0.8"
                }
                advertise {
                  rpc = "127.0.0.8:%1$d"
                }
                ports {
                  http   = 0
                  dns    = 0
                  rpc    = %1$d
                  serf   = %2$d
                  consul = %3$d
                }
                """.formatted(agents, log, consul);
        var first = options("first", words + """
                server {
                  enabled = true
                }
                client {
                  enabled             = true
                  bridge_network_name = "none"
                }
                """);
        try (var agent = Assembly.start(first)) {
            var node = RunningNode.of(directory, agent);
            node.await("a ready node", () -> "ready".equals(at(node.get("/v1/nodes"), 0, "Status")));
            assertThat(agent.consulAddress().getPort()).isEqualTo(consul);
            assertThat(listens("127.0.0.7", agents) && listens("127.0.0.8", agents))
                    .isTrue();
            assertThat(listens("127.0.0.1", agents)).isFalse();
            assertThat(listens("127.0.0.7", log)).isTrue();
            assertThat(at(node.get("/v1/operator/raft/configuration"), "Servers", 0, "Address"))
                    .hasToString("127.0.0.8:" + agents);
            assertThat(node.say("agent", "join-token")).contains("127.0.0.8:" + agents + "#");
        }
        var begun = System.nanoTime();
        var second = options("second", words + """
                server {
                  enabled                = true
                  min_heartbeat_ttl      = "1s"
                  heartbeat_grace        = "1s"
                  failover_heartbeat_ttl = "2s"
                  job_gc_interval        = "1s"
                  node_gc_threshold      = "2s"
                }
                """);
        try (var agent = Assembly.start(second)) {
            var node = RunningNode.of(directory, agent);
            node.await("a node that is down", () -> "down".equals(at(node.get("/v1/nodes"), 0, "Status")));
            node.await(
                    "a node that is forgotten",
                    () -> list(node.get("/v1/nodes")).isEmpty());
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("usually a new leader gives a node a minute")
                    .isLessThan(Duration.ofSeconds(55));
        }
    }
}
