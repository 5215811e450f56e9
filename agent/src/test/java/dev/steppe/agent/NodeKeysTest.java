package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static dev.steppe.agent.RunningNode.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.process.Cgroups;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a configuration says about a node has its effect on one that runs. */
class NodeKeysTest {
    private static final String PLUGINS = """
            client {
              max_kill_timeout = "1s"
              options {
                "driver.denylist" = "java"
              }
              users {
                dynamic_user_min = 81234
                dynamic_user_max = 81240
              }
              chroot_env {
                "/bin"   = "/bin"
                "/lib"   = "/lib"
                "/lib64" = "/lib64"
                "/usr"   = "/usr"
                "/etc"   = "/shown"
              }
            }
            plugin "exec" {
              config {
                default_pid_mode = "host"
                default_ipc_mode = "host"
                allow_caps       = ["net_bind_service"]
                denied_host_uids = "65534"
                denied_host_gids = "60000-60005"
              }
            }
            plugin "raw_exec" {
              config {
                enabled          = true
                no_cgroups       = true
                denied_host_uids = "65534"
                denied_host_gids = "60000-60005"
                denied_envvars   = ["SECRET_*"]
              }
            }
            """;

    @TempDir
    Path directory;

    private static Object only(RunningNode node) throws Exception {
        return node.get("/v1/node/" + at(node.get("/v1/nodes"), 0, "ID"));
    }

    private static String port(String words) {
        return "network {\nport \"p\" {\n" + words + "\n}\n}\n";
    }

    @Test
    void it_gives_away_what_the_configuration_counts_and_keeps_back_what_it_reserves() throws Exception {
        try (var node = RunningNode.start(directory, """
                client {
                  alloc_dir         = "%1$s/tasks"
                  state_dir         = "%1$s/kept"
                  network_interface = "lo"
                  cpu_total_compute = 4321
                  memory_total_mb   = 1500
                  disk_total_mb     = 9000
                  reservable_cores  = "0"
                  min_dynamic_port  = 25000
                  max_dynamic_port  = 25001
                  node_class        = "small"
                  meta {
                    rack = "7"
                  }
                  reserved {
                    cpu            = 321
                    memory         = 500
                    disk           = 1000
                    reserved_ports = "25001,26000-26005"
                  }
                }
                """.formatted(directory))) {
            var resources = at(only(node), "NodeResources");
            assertThat(at(resources, "Cpu", "CpuShares")).hasToString("4000");
            assertThat(at(resources, "Memory", "MemoryMB")).hasToString("1000");
            assertThat(at(resources, "Disk", "DiskMB")).hasToString("8000");
            assertThat(at(resources, "Cpu", "ReservableCpuCores")).hasToString("[0]");
            assertThat(at(only(node), "NodeClass")).isEqualTo("small");
            assertThat(at(only(node), "Meta", "rack")).isEqualTo("7");

            node.run(ShellJob.of("one", "service", "raw_exec", "echo $NOMAD_ADDR_p; exec sleep 1000", port(""), ""));
            node.awaitStatus("one", "running");
            assertThat(node.plan(ShellJob.of("two", "service", "raw_exec", "true", port(""), "")))
                    .as("25001 is reserved")
                    .containsIgnoringCase("failed to place");
            assertThat(node.plan(ShellJob.of("three", "service", "raw_exec", "true", port("static = 26003"), "")))
                    .containsIgnoringCase("failed to place");
            var id = at(node.allocation("one"), "ID");
            var output = directory.resolve("tasks/" + id + "/alloc/logs/t.stdout.0");
            node.await("its address", () -> Files.readString(output).equals("127.0.0.1:25000\n"));
            assertThat(directory.resolve("kept")).isNotEmptyDirectory();
            for (String more :
                    new String[] {"cpu = 4001\nmemory = 20", "cpu = 20\nmemory = 1001", "cores = 2\nmemory = 20"}) {
                assertThat(node.plan(ShellJob.of("much", "batch", "raw_exec", "true", "", "", more)))
                        .as(more)
                        .containsIgnoringCase("failed to place");
            }
            assertThat(node.plan(
                            ShellJob.of("much", "batch", "raw_exec", "true", "ephemeral_disk {\nsize = 8001\n}", "")))
                    .containsIgnoringCase("failed to place");
        }
    }

    @Test
    void its_free_disk_and_its_cores_are_those_the_configuration_says_also_for_the_first_task() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "needs two processors");
        try (var node = RunningNode.start(directory, """
                client {
                  disk_total_mb = 9000
                  disk_free_mb  = 5000
                  reserved {
                    cores = "0"
                  }
                }
                """)) {
            assertThat(at(only(node), "NodeResources", "Disk", "DiskMB")).hasToString("5000");
            int cores = Runtime.getRuntime().availableProcessors();
            long total = Long.parseLong(String.valueOf(at(only(node), "Attributes", "cpu.totalcompute")));
            assertThat(at(only(node), "NodeResources", "Cpu", "CpuShares"))
                    .as("what is left of the MHz without one core")
                    .hasToString(Long.toString(total * (cores - 1) / cores));
            node.run(ShellJob.of(
                    "core", "batch", "raw_exec", "echo $NOMAD_CPU_CORES", "", "", "cores = 1\nmemory = 32"));
            node.awaitStatus("core", "complete");
            assertThat(node.output("core", "t").strip()).isNotEqualTo("0").matches("[0-9]+");
        }
    }

    @Test
    void tasks_may_do_what_the_plugins_say() throws Exception {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for users and namespaces");
        try (var node = RunningNode.start(directory, PLUGINS)) {
            assertThat(at(only(node), "Drivers").toString())
                    .contains("raw_exec=")
                    .doesNotContain("java=");
            node.run(ShellJob.of(
                    "seen",
                    "batch",
                    "exec",
                    "id -u; test -e /shown/passwd && echo shown; test -e /etc/hostname || echo hidden; ls -d /proc/1 /proc/$PPID | wc -l;"
                            + " readlink /proc/self/ns/ipc",
                    "",
                    ""));
            node.awaitStatus("seen", "complete");
            var ipc = Files.readSymbolicLink(Path.of("/proc/self/ns/ipc")).toString();
            var seen = node.output("seen", "t").lines().toList();
            assertThat(Integer.parseInt(seen.getFirst())).isBetween(81_234, 81_240);
            assertThat(seen.subList(1, 5)).containsExactly("shown", "hidden", "2", ipc);

            node.run(ShellJob.of(
                    "raw",
                    "batch",
                    "raw_exec",
                    "id -u; echo [$SECRET_KEY]; cat /proc/self/cgroup",
                    "",
                    "env {\nSECRET_KEY = \"s3\"\n}"));
            node.awaitStatus("raw", "complete");
            assertThat(node.output("raw", "t"))
                    .contains("[]\n")
                    .doesNotContain(at(node.allocation("raw"), "ID").toString());

            for (String driver : new String[] {"exec", "raw_exec"}) {
                var name = "denied-" + driver.replace('_', '-');
                node.run(ShellJob.of(name, "batch", driver, "true", "", "user = \"nobody\""));
                node.awaitFailure(name, "65534");
            }
            node.run(ShellJob.of("cap", "batch", "exec", "true", "", "")
                    .replace("command =", "cap_add = [\"sys_time\"]\ncommand ="));
            node.awaitFailure("cap", "sys_time");

            node.run(ShellJob.of(
                    "deaf",
                    "service",
                    "raw_exec",
                    "trap '' INT TERM; echo up; while :; do sleep 0.1; done",
                    "",
                    "kill_timeout = \"300s\""));
            node.await("it to be up", () -> node.output("deaf", "t").equals("up\n"));
            var asked = Instant.now();
            node.say("job", "stop", "-detach", "deaf");
            node.awaitStatus("deaf", "complete");
            assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(50));
        }
    }

    @Test
    void tasks_have_their_groups_below_the_one_that_is_configured() throws Exception {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for control groups");
        var parent = "steppe-keys-" + ProcessHandle.current().pid();
        try (var node = RunningNode.start(directory, "client {\ncgroup_parent = \"/" + parent + "/below\"\n}\n")) {
            node.run(ShellJob.of(
                    "placed", "batch", "raw_exec", "cat /proc/self/cgroup; echo $NOMAD_PARENT_CGROUP", "", ""));
            node.awaitStatus("placed", "complete");
            assertThat(node.output("placed", "t"))
                    .contains(":/" + parent + "/below/steppe-")
                    .contains("\n" + parent + "/below/steppe-");
        }
        for (Path root : Cgroups.detect(parent).roots()) {
            assertThat(root.resolve(parent)).doesNotExist();
        }
    }

    @Test
    void ended_allocations_beyond_a_number_are_removed() throws Exception {
        try (var node = RunningNode.start(directory, "client {\ngc_max_allocs = 2\n}\n")) {
            for (int i = 0; i < 4; i++) {
                node.run(ShellJob.of("short-" + i, "batch", "raw_exec", "true", "", ""));
                node.awaitStatus("short-" + i, "complete");
            }
            node.await("two directories", () -> {
                try (var kept = Files.list(directory.resolve("data/alloc"))) {
                    return kept.filter(it -> it.getFileName().toString().length() == 36)
                                    .count()
                            <= 2;
                }
            });
        }
    }

    @Test
    void what_templates_and_artifacts_may_do_is_what_the_configuration_says() throws Exception {
        var doubles = new HealthDoubles(directory);
        doubles.bodies.put("/large", new byte[2_000_000]);
        try (doubles;
                var node = RunningNode.start(directory, """
                client {
                  template {
                    function_denylist = ["sha256Hex"]
                    wait {
                      enabled = true
                      min     = "3s"
                      max     = "9s"
                    }
                  }
                  artifact {
                    http_max_size = "1MB"
                  }
                }
                """)) {
            node.run(ShellJob.of("denied", "batch", "raw_exec", "true", "", """
                    template {
                      data        = "{{ sha256Hex \\"a\\" }}"
                      destination = "local/a"
                    }
                    """));
            node.await("the refusal", () -> node.events("denied", "t").contains("sha256Hex"));
            node.run(ShellJob.of("large", "batch", "raw_exec", "true", "", """
                    artifact {
                      source = "http://127.0.0.1:%d/large"
                    }
                    """.formatted(doubles.http())));
            node.awaitFailure("large", "Failed Artifact Download", "1");
            assertThat(node.say("kv", "put", "keys/word", "first")).endsWith("exit 0");
            node.run(ShellJob.of("calm", "service", "raw_exec", "exec sleep 1000", "", """
                    template {
                      data        = "{{ key \\"keys/word\\" }}"
                      destination = "local/word"
                      change_mode = "noop"
                    }
                    """));
            node.awaitStatus("calm", "running");
            var word = node.place("calm").resolve("t/local/word");
            var before = Instant.now();
            assertThat(node.say("kv", "put", "keys/word", "second")).endsWith("exit 0");
            node.await("the second", () -> Files.readString(word).equals("second"));
            assertThat(Duration.between(before, Instant.now())).isGreaterThanOrEqualTo(Duration.ofMillis(2500));
            assertThat(list(node.get("/v1/jobs"))).isNotEmpty();
        }
    }
}
