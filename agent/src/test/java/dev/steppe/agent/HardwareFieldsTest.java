package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a job says about memory, processors and devices has its effect on a running node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HardwareFieldsTest {
    private RunningNode node;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for control groups");
        node = RunningNode.start(directory, """
                server {
                  default_scheduler_config {
                    memory_oversubscription_enabled = true
                  }
                }
                client {
                  device "acme/gpu/small" {
                    ids = ["S-1"]
                    attributes {
                      memory = "40GiB"
                    }
                    env {
                      GPUS = "{ids}"
                      PART = "{percent}"
                    }
                  }
                  device "acme/gpu/large" {
                    ids = ["L-1", "L-2"]
                    attributes {
                      memory = "80GiB"
                    }
                    env {
                      GPUS = "{ids}"
                      PART = "{percent}"
                    }
                    numa_node = 0
                  }
                  device "acme/fpga/far" {
                    ids       = ["F-1"]
                    numa_node = 1
                  }
                }
                """);
    }

    @AfterAll
    void stop() throws Exception {
        if (node != null) {
            node.close();
        }
    }

    private static String job(String name, String type, String script, String resources) {
        return ShellJob.of(name, type, "raw_exec", script, "", "", resources);
    }

    @Test
    void a_task_may_use_what_memory_max_says_and_no_more_than_memory_without() throws Exception {
        var keep = "head -c 40000000 /dev/zero | tail | wc -c";
        node.run(job("roomy", "batch", keep, "cpu = 20\nmemory = 16\nmemory_max = 128"));
        node.run(job("narrow", "batch", keep, "cpu = 20\nmemory = 16"));
        node.awaitStatus("roomy", "complete");
        assertThat(node.output("roomy", "t")).isEqualTo("40000000\n");
        node.await("the end of the other", () -> node.events("narrow", "t").contains("OOM killed: limit 16 MiB"));
    }

    private static String sharing(String share) {
        return "cpu = 20\nmemory = 16\ndevice \"acme/gpu/small\" {\nshare = " + share + "\n}";
    }

    @Test
    void devices_are_shared_as_far_as_they_go() throws Exception {
        var tell = "echo $GPUS $PART; exec sleep 1000";
        node.run(job("most", "service", tell, sharing("0.75")));
        node.run(job("rest", "service", tell, sharing("0.25")));
        for (String job : new String[] {"most", "rest"}) {
            node.awaitStatus(job, "running");
        }
        node.await("its part", () -> node.output("most", "t").equals("S-1 75\n"));
        node.await("the other part", () -> node.output("rest", "t").equals("S-1 25\n"));
        assertThat(node.plan(job("more", "service", tell, sharing("0.1")))).containsIgnoringCase("failed to place");
    }

    @Test
    void devices_are_chosen_by_number_condition_and_preference() throws Exception {
        var two = """
                cpu    = 20
                memory = 16
                device "acme/gpu" {
                  count = 2
                  constraint {
                    attribute = "${device.attr.memory}"
                    operator  = ">"
                    value     = "60GiB"
                  }
                }
                """;
        node.run(job("two", "batch", "echo $GPUS", two));
        node.awaitStatus("two", "complete");
        assertThat(node.output("two", "t")).isEqualTo("L-1,L-2\n");
        for (String preferred : new String[] {"40GiB", "80GiB"}) {
            node.run(
                    job("prefers-" + preferred.toLowerCase(java.util.Locale.ROOT), "batch", "echo $GPUS", """
                    cpu    = 20
                    memory = 16
                    device "gpu" {
                      affinity {
                        attribute = "${device.attr.memory}"
                        value     = "%s"
                        weight    = 100
                      }
                    }
                    """.formatted(
                                    preferred)));
        }
        node.awaitStatus("prefers-80gib", "complete");
        assertThat(node.output("prefers-80gib", "t")).startsWith("L-");
        assertThat(node.plan(job("three", "batch", "true", two.replace("= 2", "= 3"))))
                .containsIgnoringCase("failed to place");
    }

    @Test
    void cores_and_devices_are_of_one_memory_node_where_the_job_requires_it() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "needs two processors");
        var close = """
                cores  = 1
                memory = 16
                numa {
                  affinity = "require"
                  devices  = ["%1$s"]
                }
                device "%1$s" {}
                """;
        assertThat(node.plan(job("far", "batch", "true", close.formatted("acme/fpga"))))
                .containsIgnoringCase("failed to place");
        node.run(job("near", "batch", "echo cores $NOMAD_CPU_CORES", close.formatted("acme/gpu/large")));
        node.awaitStatus("near", "complete");
        assertThat(node.output("near", "t")).matches("cores [0-9]+\n");
        assertThat(at(node.allocation("near"), "AllocatedResources", "Tasks", "t", "Cpu", "ReservedCores"))
                .asString()
                .matches("\\[[0-9]+]");
    }
}
