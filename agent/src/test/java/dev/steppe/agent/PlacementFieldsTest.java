package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static dev.steppe.agent.RunningNode.list;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job says about itself and about where it wants to run has its effect on a running node. */
class PlacementFieldsTest {
    private static final String NODE = """
            name       = "fields"
            region     = "mars"
            datacenter = "dc7"
            client {
              node_pool  = "workers"
              node_class = "small"
              meta {
                rack = "r1"
                zone = "z1"
              }
            }
            """;

    private static final String JOB = """
            job "placed" {
              name        = "shown as this"
              region      = "mars"
              namespace   = "default"
              type        = "service"
              priority    = 71
              datacenters = ["dc7"]
              node_pool   = "workers"
              constraint {
                attribute = "${meta.rack}"
                value     = "r1"
              }
              affinity {
                attribute = "${meta.zone}"
                operator  = "="
                value     = "z1"
                weight    = 80
              }
              spread {
                attribute = "${node.datacenter}"
                weight    = 60
                target "dc7" {
                  percent = 100
                }
              }
              meta {
                owner = "operations"
              }
              update {
                health_check     = "task_states"
                min_healthy_time = "10ms"
              }
              ui {
                description = "what it is for"
                link {
                  label = "Runbook"
                  url   = "https://example.com/runbook"
                }
              }
              group "g" {
                count = 2
                constraint {
                  attribute = "${node.class}"
                  operator  = "regexp"
                  value     = "^sm"
                }
                affinity {
                  attribute = "${node.class}"
                  value     = "small"
                  weight    = -20
                }
                spread {
                  attribute = "${meta.rack}"
                }
                meta {
                  tier = "web"
                }
                consul {
                  cluster   = "default"
                  namespace = "default"
                  partition = "default"
                }
                scaling {
                  enabled = true
                  type    = "horizontal"
                  min     = 1
                  max     = 3
                  policy {
                    cooldown = "1m"
                  }
                }
                ephemeral_disk {
                  size = 123
                }
                task "t" {
                  driver = "raw_exec"
                  constraint {
                    attribute = "${attr.kernel.name}"
                    value     = "linux"
                  }
                  affinity {
                    attribute = "${meta.rack}"
                    value     = "r2"
                    weight    = 10
                  }
                  consul {}
                  meta {
                    kind = "worker"
                  }
                  env {
                    SAID = "${node.datacenter} ${meta.rack} ${NOMAD_META_owner} ${NOMAD_META_tier} ${NOMAD_META_kind}"
                  }
                  config {
                    command = "/bin/sh"
                    args    = ["-c", "echo $SAID; exec sleep 1000"]
                  }
                  resources {
                    cpu    = 30
                    memory = 21
                  }
                }
              }
            }
            """;

    /** Each of its words made unfit, and what the plan says then. */
    private static final Map<String, Map.Entry<String, String>> UNFIT = Map.of(
            "\"dc7\"]", Map.entry("\"dc8\"]", "dc8"),
            "\"r1\"", Map.entry("\"r9\"", "${meta.rack} = r9"),
            "\"^sm\"", Map.entry("\"^large\"", "^large"),
            "\"linux\"", Map.entry("\"plan9\"", "plan9"),
            "\"workers\"", Map.entry("\"default\"", "pool"),
            "memory = 21", Map.entry("memory = 99999999", "memory"),
            "size = 123", Map.entry("size = 999999999", "disk"));

    @TempDir
    Path directory;

    @Test
    void a_job_runs_where_its_words_say_and_shows_what_it_is_told() throws Exception {
        try (var node = RunningNode.start(directory, NODE)) {
            node.run(JOB);
            node.await(
                    "two instances",
                    () -> node.allocations("placed").stream()
                                    .filter(it -> "running".equals(at(it, "ClientStatus")))
                                    .count()
                            == 2);
            node.await("what it says", () -> node.output("placed", "t").equals("dc7 r1 operations web worker\n"));

            var job = node.get("/v1/job/placed");
            assertThat(at(job, "Name")).isEqualTo("shown as this");
            assertThat(at(job, "UI", "Description")).isEqualTo("what it is for");
            assertThat(at(job, "UI", "Links", 0, "URL")).isEqualTo("https://example.com/runbook");
            assertThat(at(job, "UI", "Links", 0, "Label")).isEqualTo("Runbook");
            assertThat(at(list(node.get("/v1/job/placed/evaluations")), 0, "Priority"))
                    .hasToString("71");

            var allocation = node.allocation("placed");
            assertThat(at(allocation, "AllocatedResources", "Shared", "DiskMB")).hasToString("123");
            assertThat(at(allocation, "AllocatedResources", "Tasks", "t", "Cpu", "CpuShares"))
                    .hasToString("30");
            assertThat(at(allocation, "AllocatedResources", "Tasks", "t", "Memory", "MemoryMB"))
                    .hasToString("21");
            // 80 and -20 fit, 10 does not: (80 - 20) / 110
            var scores = at(allocation, "Metrics", "ScoreMetaData", 0, "Scores");
            assertThat(((Number) at(scores, "node-affinity")).doubleValue()).isBetween(0.54, 0.55);
            assertThat(((Number) at(scores, "allocation-spread")).doubleValue()).isNotZero();
        }
    }

    @Test
    void nothing_is_placed_where_one_of_its_words_does_not_fit() throws Exception {
        try (var node = RunningNode.start(directory, NODE)) {
            for (var unfit : UNFIT.entrySet()) {
                var file = JOB.replace(unfit.getKey(), unfit.getValue().getKey());
                assertThat(node.plan(file))
                        .as(unfit.getValue().getKey())
                        .containsIgnoringCase(unfit.getValue().getValue())
                        .containsIgnoringCase("failed to place");
            }
            assertThat(node.say("job", "run", "-detach", node.written(JOB.replace("\"mars\"", "\"venus\""))))
                    .contains("No path to region")
                    .doesNotEndWith("exit 0");
            assertThat(node.say("job", "run", "-detach", node.written(JOB.replace("= \"default\"", "= \"other\""))))
                    .contains("other")
                    .doesNotEndWith("exit 0");
        }
    }

    @Test
    void an_instance_of_higher_priority_takes_the_place_of_one_of_lower_where_the_scheduler_is_told_to()
            throws Exception {
        var configuration = NODE.replace("client {", "client {\n  memory_total_mb = 400")
                + "server { default_scheduler_config { preemption_config { service_scheduler_enabled = true } } }";
        try (var node = RunningNode.start(directory, configuration)) {
            var big = JOB.replace("count = 2", "count = 1").replace("memory = 21", "memory = 300");
            node.run(big.replace("\"placed\"", "\"low\"").replace("= 71", "= 20"));
            node.awaitStatus("low", "running");
            node.run(big);
            node.awaitStatus("placed", "running");
            node.awaitStatus("low", "complete");
            thereIsRoomForAllOrNothingIsPlaced(node, big);
        }
    }

    /** With 100 MB left: of two instances of 60 MB one would fit, and of 40 MB both do. */
    private static void thereIsRoomForAllOrNothingIsPlaced(RunningNode node, String job) throws Exception {
        var both = job.replace("\"placed\"", "\"both\"").replace("count = 1", "count = 2");
        assertThat(node.plan(both.replace("memory = 300", "memory = 60"))).contains("(failed to place 1 allocation)");
        var together = both.replace("priority", "all_at_once = true\n  priority");
        assertThat(node.plan(together.replace("memory = 300", "memory = 60")))
                .contains("(failed to place 2 allocations)");
        node.run(together.replace("memory = 300", "memory = 60"));
        node.await(
                "that it waits",
                () -> "blocked".equals(at(list(node.get("/v1/job/both/evaluations")), 0, "Status"))
                        || "blocked".equals(at(list(node.get("/v1/job/both/evaluations")), 1, "Status")));
        assertThat(node.allocations("both")).isEmpty();
        node.run(together.replace("memory = 300", "memory = 40"));
        node.await("both", () -> node.allocations("both").size() == 2);
    }

    @Test
    void scaling_keeps_to_its_bounds() throws Exception {
        try (var node = RunningNode.start(directory, NODE)) {
            node.run(JOB);
            node.await(
                    "the end of its deployment",
                    () -> "successful".equals(at(node.get("/v1/job/placed/deployments"), 0, "Status")));
            assertThat(node.say("job", "scale", "-detach", "placed", "g", "4")).doesNotEndWith("exit 0");
            assertThat(node.say("job", "scale", "-detach", "placed", "g", "0")).doesNotEndWith("exit 0");
            assertThat(node.say("job", "scale", "-detach", "placed", "g", "3")).endsWith("exit 0");
            node.await(
                    "three instances",
                    () -> node.allocations("placed").stream()
                                    .filter(it -> "running".equals(at(it, "ClientStatus")))
                                    .count()
                            == 3);
            var policies = list(node.get("/v1/scaling/policies?job=placed"));
            assertThat(policies).hasSize(1);
            assertThat(at(policies, 0, "Enabled")).isEqualTo(true);
            assertThat(at(policies, 0, "Type")).isEqualTo("horizontal");
            var policy = node.get("/v1/scaling/policy/" + at(policies, 0, "ID"));
            assertThat(at(policy, "Policy", "cooldown")).isEqualTo("1m");
            assertThat(at(policy, "Min")).hasToString("1");
            assertThat(at(policy, "Max")).hasToString("3");
        }
    }
}
