package dev.steppe.client.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.network.NetworkSettings;
import dev.steppe.client.network.Networks;
import dev.steppe.client.network.Subnet;
import dev.steppe.client.node.NetworkHook;
import dev.steppe.client.settings.ContainerSettings;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.NetworkNamespaces;
import dev.steppe.io.linux.PseudoTerminal;
import dev.steppe.io.process.CommandSession;
import dev.steppe.model.Allocation;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Proves, with a real daemon, that containers run, are adopted with their output complete, and share networks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerDriverTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    @TempDir
    Path temporary;

    private TestDockerDaemon daemon;
    private DriverMachine machine;
    private DockerDriver driver;

    @BeforeAll
    void startDaemon() throws Exception {
        daemon = new TestDockerDaemon();
    }

    @AfterAll
    void endDaemon() throws Exception {
        if (daemon != null) {
            daemon.close();
        }
    }

    @BeforeEach
    void open(@TempDir Path fresh) throws Exception {
        temporary = fresh;
        machine = new DriverMachine(fresh);
        driver = new DockerDriver(daemon.settings());
    }

    @AfterEach
    void close() throws Exception {
        if (machine != null) {
            driver.sweep(Set.of());
            DriverMachine.await(() -> driver.containers().isEmpty());
            driver.close();
            machine.close();
        }
    }

    @Test
    void a_container_runs_with_its_environment_directories_and_limits_and_tells_its_exit() throws Exception {
        var task = task(
                        "web",
                        "echo $GREETING; echo oops >&2; echo kept > /local/file; echo x > /alloc/data/shared; cat"
                                + " /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; exit 7")
                .withEnvironment(new TreeMap<>(Map.of("GREETING", "hello there")));
        var handle = driver.start(task);
        var exit = DriverMachine.exit(driver, handle);
        assertThat(exit.exitCode()).isEqualTo(7);
        assertThat(exit.signal()).isZero();
        assertThat(Files.readAllLines(task.directories().stdout())).contains("hello there", "134217728");
        assertThat(task.directories().stderr()).hasContent("oops\n");
        assertThat(task.directories().local().resolve("file")).hasContent("kept\n");
        assertThat(driver.view(task.directories()).local()).isEqualTo(Path.of("/local"));
        driver.destroy(handle);
        driver.destroy(handle);
        assertThat(task.directories().driverState()).doesNotExist();
    }

    @Test
    void a_container_writes_through_a_volume_and_cannot_change_one_it_only_reads() throws Exception {
        var shared = Files.createDirectory(temporary.resolve("shared"));
        var task = task("web", "echo written > /srv/data/file; echo x > /certs/other; cat /certs/file")
                .withVolumes(List.of(
                        new TaskVolume(shared, Path.of("/srv/data"), false),
                        new TaskVolume(shared, Path.of("/certs"), true)));
        var handle = driver.start(task);
        assertThat(DriverMachine.exit(driver, handle).successful()).isTrue();
        assertThat(task.directories().stdout()).hasContent("written\n");
        assertThat(Files.readString(task.directories().stderr())).contains("Read-only file system");
        assertThat(shared.resolve("file")).hasContent("written\n");
        assertThat(shared.resolve("other")).doesNotExist();
        driver.destroy(handle);

        var gone = temporary.resolve("gone");
        var lost = task("web", "true").withVolumes(List.of(new TaskVolume(gone, Path.of("/srv/data"), false)));
        assertThatThrownBy(() -> driver.start(lost)).hasMessageContaining(gone.toString());
        assertThat(gone).doesNotExist();
    }

    @Test
    void a_chatty_container_loses_no_line_while_no_agent_runs_and_tells_its_true_exit() throws Exception {
        var task = task("web", "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i; done; exit 42");
        var handle = driver.start(task);
        DriverMachine.await(() -> Files.size(task.directories().stdout()) > 100);
        driver.close();
        // What an agent wrote but did not record comes again and must not be there twice.
        Files.writeString(task.directories().stdout(), "written twice\n", java.nio.file.StandardOpenOption.APPEND);
        driver = new DockerDriver(daemon.settings());
        assertThat(driver.find(task.directories())).contains(handle);
        driver.recover(new DriverHandle(handle.driver(), new TreeMap<>(handle.values())));
        assertThat(DriverMachine.exit(driver, handle).exitCode()).isEqualTo(42);
        assertThat(Files.readAllLines(task.directories().stdout()))
                .hasSize(3000)
                .doesNotHaveDuplicates()
                .endsWith("line 3000");
        driver.destroy(handle);
        assertThatThrownBy(() -> driver.recover(handle)).hasMessageContaining("is gone");
    }

    @Test
    void a_container_survives_its_daemon_and_is_stopped_by_signal_or_force() throws Exception {
        var task = task("web", "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.05; done");
        var handle = driver.start(task);
        DriverMachine.await(() -> Files.readString(task.directories().stdout()).contains("up"));
        assertThat(driver.usage(handle).memoryBytes()).isPositive();
        daemon.restart();
        driver.stop(handle, "SIGTERM", DEADLINE);
        assertThat(DriverMachine.exit(driver, handle).exitCode()).isEqualTo(3);
        DriverMachine.await(() -> Files.readString(task.directories().stdout()).endsWith("bye\n"));
        driver.destroy(handle);
        var stubborn = driver.start(task("web", "trap '' INT; echo up; while :; do sleep 0.05; done"));
        DriverMachine.await(() -> Files.readString(task.directories().stdout()).endsWith("up\n"));
        driver.stop(stubborn, "SIGINT", Duration.ofMillis(100));
        assertThat(DriverMachine.exit(driver, stubborn).signal()).isEqualTo(9);
        driver.destroy(stubborn);
    }

    @Test
    void a_container_is_taken_over_while_its_daemon_is_away() throws Exception {
        var handle = driver.start(task("web", "trap 'exit 4' TERM; echo up; while :; do sleep 0.05; done"));
        driver.close();
        daemon.end();
        driver = new DockerDriver(daemon.settings());
        driver.recover(handle);
        var exit = new CompletableFuture<ExitResult>();
        driver.watch(handle, exit::complete);
        daemon.begin();
        assertThat(exit).isNotDone();
        driver.stop(handle, "SIGTERM", DEADLINE);
        assertThat(exit.get(30, TimeUnit.SECONDS).exitCode()).isEqualTo(4);
        driver.destroy(handle);
    }

    /** Remembers what a command in a container printed. */
    private static final class Printed implements CommandSession.Output {
        private final StringBuffer out = new StringBuffer();
        private final StringBuffer err = new StringBuffer();

        @Override
        public void stdout(byte[] bytes) {
            out.append(new String(bytes, StandardCharsets.UTF_8));
        }

        @Override
        public void stderr(byte[] bytes) {
            err.append(new String(bytes, StandardCharsets.UTF_8));
        }

        @Override
        public void ended(CommandSession.End end) {}
    }

    private static boolean runs(String argument) {
        return ProcessHandle.allProcesses()
                .anyMatch(process -> process.info().commandLine().orElse("").endsWith(" " + argument));
    }

    @Test
    void a_command_runs_inside_the_container_and_ends_with_its_session() throws Exception {
        var handle = driver.start(task("web", "while :; do sleep 1; done"));
        var printed = new Printed();
        var session = driver.enter(
                handle,
                new CommandSession.Wish(
                        List.of("sh", "-c", "read x; echo got $x; cat; echo oops >&2; exit 4"), Optional.empty()),
                printed);
        session.write("apple\nrest".getBytes(StandardCharsets.UTF_8));
        session.endInput();
        assertThat(session.awaitEnd(DEADLINE)).contains(new CommandSession.End.Exited(4));
        assertThat(printed.out.toString()).isEqualTo("got apple\nrest");
        assertThat(printed.err.toString()).isEqualTo("oops\n");

        // nobody else on this machine sleeps as long
        var seconds = Long.toString(1_000_000_000L + ProcessHandle.current().pid());
        var shown = new Printed();
        var terminal = driver.enter(
                handle,
                new CommandSession.Wish(
                        List.of("sh", "-c", "test -t 0 && echo terminal; exec sleep " + seconds),
                        Optional.of(new PseudoTerminal.Size(30, 100))),
                shown);
        DriverMachine.await(() -> shown.out.toString().contains("terminal") && runs(seconds));
        terminal.resize(new PseudoTerminal.Size(40, 120));
        terminal.close();
        DriverMachine.await(() -> !runs(seconds));
        assertThat(terminal.awaitEnd(DEADLINE)).isPresent();
        driver.destroy(handle);
    }

    @Test
    void what_a_node_does_not_give_is_refused_with_the_remedy() {
        var config = new TreeMap<String, Object>(Map.of(
                "image",
                "x",
                "privileged",
                true,
                "cap_add",
                List.of("sys_admin"),
                "volumes",
                List.of("/etc:/host-etc", "../up:/x", "local/data:/data"),
                "imagge",
                "y"));
        assertThat(driver.validate(config))
                .hasSize(5)
                .anyMatch(problem -> problem.contains("allow_privileged = true"))
                .anyMatch(problem -> problem.contains("\"sys_admin\""))
                .anyMatch(problem -> problem.contains("\"/etc:/host-etc\" is refused"))
                .anyMatch(problem -> problem.contains("\"../up:/x\" is refused"))
                .anyMatch(problem -> problem.contains("did you mean \"image\""));
    }

    private static final String EACH_KEY = """
            {"hostname": "inside", "work_dir": "/local", "tty": true, "interactive": true, "shm_size": 1048576,
             "pids_limit": 40, "cpu_hard_limit": true, "cpu_cfs_period": 50000, "cpuset_cpus": "0",
             "memory_hard_limit": 256, "oom_score_adj": 300, "group_add": ["4711"], "ulimit": {"nofile": "64:128"},
             "sysctl": {"kernel.shm_rmid_forced": "1"}, "labels": [{"team": "a"}], "cap_drop": ["chown"],
             "cap_add": ["kill"], "readonly_rootfs": true, "init": false,
             "security_opt": ["seccomp=local/filter.json"], "cgroupns": "private", "ipc_mode": "private",
             "healthchecks": [{"disable": true}], "dns_servers": ["192.0.2.1"], "mac_address": "02:42:ac:11:00:99",
             "volumes": ["local/made:/made:ro"],
             "logging": [{"type": "json-file", "config": [{"max-size": "1m"}]}],
             "mount": [{"type": "bind", "source": "local", "target": "/again", "readonly": true},
               {"type": "tmpfs", "target": "/memory", "tmpfs_options": [{"size": 65536, "mode": 448}]}],
             "mounts": [{"type": "volume", "source": "steppe-test-volume", "target": "/volume",
               "volume_options": [{"no_copy": true, "labels": [{"x": "y"}]}]}]}
            """;

    @Test
    void each_key_of_the_config_reaches_the_engine() throws Exception {
        var task = task("web", "id -G; cat /etc/hosts; pwd; echo $NOMAD_PORT_http; ls /memory; exit 0");
        Files.writeString(task.directories().local().resolve("filter.json"), "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");
        var config = new TreeMap<>(task.config());
        ((Map<?, ?>) Codec.fromJson(Object.class, EACH_KEY)).forEach((key, value) -> config.put(key.toString(), value));
        var handle = driver.start(task.withConfig(config));
        var found = new DockerClient(daemon.socket)
                .inspect(handle.values().getOrDefault("id", ""))
                .orElseThrow();
        assertThat(Codec.toJson(found))
                .contains("\"Hostname\":\"inside\"", "\"Tty\":true", "\"OpenStdin\":true", "\"ShmSize\":1048576")
                .contains("\"PidsLimit\":40", "\"CpuPeriod\":50000", "\"CpuQuota\":50000", "\"CpusetCpus\":\"0\"")
                .contains("\"Memory\":268435456", "\"MemoryReservation\":134217728", "\"OomScoreAdj\":300")
                .contains(
                        "\"GroupAdd\":[\"4711\"]", "\"Hard\":128", "\"kernel.shm_rmid_forced\":\"1\"", "\"team\":\"a\"")
                .contains("\"CapDrop\":[\"ALL\"]", "CAP_KILL", "SCMP_ACT_ALLOW", "no-new-privileges")
                .contains("\"Test\":[\"NONE\"]", "192.0.2.1", "02:42:ac:11:00:99", "\"SizeBytes\":65536")
                .contains(
                        "steppe-test-volume",
                        "\"max-size\":\"1m\"",
                        "local/made:/made:ro",
                        "com.hashicorp.nomad.alloc_id")
                .doesNotContain("CAP_CHOWN", "CAP_NET_RAW");
        assertThat(DriverMachine.exit(driver, handle).exitCode()).isZero();
        // Output of a terminal has no frames.
        DriverMachine.await(() -> Files.readString(task.directories().stdout()).contains("/local\r\n"));
        assertThat(Files.readString(task.directories().stdout())).contains("4711");
        driver.destroy(handle);
        new UnixHttp(daemon.socket).send("DELETE", "/volumes/steppe-test-volume", new TreeMap<>(), new byte[0]);
    }

    @Test
    void a_link_that_a_task_left_does_not_lead_out_of_its_directory() throws Exception {
        var task = task("web", "true");
        Files.createSymbolicLink(task.directories().local().resolve("out"), Path.of("/etc"));
        for (String key : List.of("volumes", "security_opt")) {
            var config = new TreeMap<>(task.config());
            config.put(key, List.of(key.equals("volumes") ? "local/out:/x" : "seccomp=local/out/passwd"));
            assertThatThrownBy(() -> driver.start(task.withConfig(config)))
                    .hasMessageContaining("a link that leads out of the task's directory");
        }
    }

    @Test
    void what_the_groups_network_decides_is_refused_in_the_task() throws Exception {
        var task = inside(
                task("web", "true"), new TaskNetwork(temporary, temporary, Optional.empty(), Optional.of("none")));
        for (String key : List.of("mac_address", "hostname", "network_mode")) {
            var config = new TreeMap<>(task.config());
            config.put(key, "x");
            assertThatThrownBy(() -> driver.start(task.withConfig(config)))
                    .hasMessageContaining("config key \"" + key + "\" is refused in a group with a network of its own");
        }
    }

    @Test
    void what_shares_the_machine_is_refused_unless_the_node_allows_it() {
        var config = new TreeMap<String, Object>(Map.of(
                "image",
                "x",
                "pid_mode",
                "host",
                "devices",
                List.of(Map.of("host_path", "/dev/fuse")),
                "security_opt",
                List.of("seccomp=unconfined"),
                "runtime",
                "other",
                "oom_score_adj",
                -5,
                "isolation",
                "hyperv",
                "advertise_ipv6_address",
                true,
                "volume_driver",
                "nfs",
                "image_pull_timeout",
                "soon"));
        config.put("mount", List.of(Map.of("type", "bind", "source", "/etc", "target", "/x", "colour", "red")));
        assertThat(driver.validate(config))
                .anyMatch(problem -> problem.contains("\"pid_mode\" = \"host\" is refused"))
                .anyMatch(problem -> problem.contains("allow_devices = [\"/dev/fuse\"]"))
                .anyMatch(problem -> problem.contains("security_opt \"seccomp=unconfined\" is refused"))
                .anyMatch(problem -> problem.contains("allow_runtimes"))
                .anyMatch(problem -> problem.contains("\"volume_driver\" is refused"))
                .anyMatch(problem -> problem.contains("config key \"mount.colour\" is not known"));
        config.put("mount", List.of(Map.of("type", "bind", "source", "/etc", "target", "/x")));
        assertThat(driver.validate(config))
                .anyMatch(problem -> problem.contains("mount of \"/etc\" is refused"))
                .anyMatch(problem -> problem.contains("\"isolation\" is refused"))
                .anyMatch(problem -> problem.contains("\"advertise_ipv6_address\" is refused"))
                .anyMatch(problem -> problem.contains("\"oom_score_adj\" below 0"))
                .anyMatch(problem -> problem.contains("\"image_pull_timeout\" must be a duration"));
        var permissions = new ContainerSettings.Permissions(
                true,
                false,
                List.of("all"),
                List.of("other"),
                new TreeMap<>(Map.of("pid", List.of("host"))),
                List.of("/dev/*"));
        try (var generous = new DockerDriver(new DockerSettings(
                daemon.socket,
                "test",
                Optional.empty(),
                ContainerSettings.standard().with(permissions)))) {
            config.keySet()
                    .removeAll(List.of(
                            "security_opt",
                            "oom_score_adj",
                            "isolation",
                            "advertise_ipv6_address",
                            "image_pull_timeout"));
            config.put("cap_add", List.of("sys_admin"));
            assertThat(generous.validate(config)).isEmpty();
        }
    }

    @Test
    void an_image_that_is_nowhere_is_told_by_name() throws Exception {
        var task = machine.task("web", new TreeMap<>(Map.of("image", "127.0.0.1:1/none:1")));
        assertThatThrownBy(() -> driver.start(task))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("127.0.0.1:1/none:1");
    }

    @Test
    void a_daemon_that_is_not_there_makes_the_driver_absent() {
        try (var absent = new DockerDriver(DockerSettings.of(temporary.resolve("none"), "x"))) {
            assertThat(absent.fingerprint().detected()).isFalse();
            assertThat(absent.fingerprint().description()).contains("no Docker daemon at");
        }
        assertThat(driver.fingerprint().healthy()).isTrue();
        assertThat(driver.fingerprint().attributes()).containsKey("driver.docker.version");
    }

    @Test
    void a_container_and_a_process_share_the_network_of_a_pause_container() throws Exception {
        var pauses = new PauseContainers(daemon.settings());
        try (var thread = new NamespaceThread()) {
            var namespaces = new NetworkNamespaces(thread, temporary.resolve("machines"));
            var networks = networks(namespaces.create("node"));
            var pause = pauses.start(machine.allocation);
            var network = networks.createAround(pause.pid(), machine.allocation, List.of(), Optional.empty());
            var task = task("web", "cat /etc/resolv.conf; echo served | nc -l -p 7000");
            var shared = new TaskNetwork(
                    network.namespace(), network.resolvConf(), Optional.empty(), Optional.of(pause.containerId()));
            var handle = driver.start(inside(task, shared));
            var raw = new RawExecDriver(machine.tasks, RawExecDriver.Settings.development());
            var asking = machine.task(
                    "ask",
                    new TreeMap<>(Map.of(
                            "command",
                            "/bin/sh",
                            "args",
                            List.of("-c", "until busybox nc 127.0.0.1 7000 </dev/null | grep served; do :; done"))));
            var process = raw.start(inside(asking, shared));
            assertThat(DriverMachine.exit(raw, process).exitCode()).isZero();
            assertThat(asking.directories().stdout()).hasContent("served\n");
            assertThat(DriverMachine.exit(driver, handle).exitCode()).isZero();
            assertThat(Files.readString(task.directories().stdout())).contains("nameserver 172.26.64.1");
            assertThat(pauses.find(pause.containerId())).contains(pause);
            raw.destroy(process);
            driver.destroy(handle);
            networks.removeAll();
            networks.close();
            pauses.remove(machine.allocation);
            assertThat(pauses.find(pause.containerId())).isEmpty();
            assertThatThrownBy(() -> driver.start(inside(task("late", "true"), shared)))
                    .hasMessageContaining("the network of the allocation is gone");
            namespaces.delete("node");
            namespaces.removeDirectory();
        }
    }

    @Test
    void a_network_whose_pause_container_ended_is_made_anew() throws Exception {
        var job = Codec.fromJson(JobSpec.class, """
                {"ID":"web","Namespace":"default","TaskGroups":[{"Name":"g","Networks":[{"Mode":"bridge"}],
                 "Tasks":[{"Name":"web","Driver":"docker","Config":{"image":"any"}}]}]}
                """);
        var allocation = Codec.fromJson(
                Allocation.class,
                "{\"ID\":\"" + machine.allocation
                        + "\",\"EvalID\":\"e\",\"NodeID\":\"n1\",\"JobID\":\"web\",\"Name\":\"web.g[0]\","
                        + "\"TaskGroup\":\"g\"}");
        var surroundings = new Surroundings(allocation, job);
        var pauses = new PauseContainers(daemon.settings());
        try (var thread = new NamespaceThread()) {
            var namespaces = new NetworkNamespaces(thread, temporary.resolve("machines"));
            var networks = networks(namespaces.create("node"));
            var hook = new NetworkHook(Optional.of(networks), Optional.empty(), pauses, (any, text) -> text);
            hook.prepare(surroundings);
            hook.adopt(surroundings);
            pauses.remove(machine.allocation);
            assertThatThrownBy(() -> hook.adopt(surroundings)).hasMessageContaining("the pause container");
            hook.prepare(surroundings);
            hook.adopt(surroundings);
            hook.release(surroundings);
            networks.removeAll();
            networks.close();
            namespaces.delete("node");
            namespaces.removeDirectory();
        }
    }

    private Networks networks(Path node) throws IOException, InterruptedException {
        return Networks.open(
                new NetworkSettings(
                        "steppe0",
                        Subnet.parse(NetworkSettings.DEFAULT_SUBNET),
                        temporary.resolve("run"),
                        Optional.of(node)),
                RandomGenerator.getDefault());
    }

    private static TaskContext inside(TaskContext task, TaskNetwork network) {
        return new TaskContext(
                task.allocation(),
                task.taskName(),
                without(task),
                task.environment(),
                task.user(),
                task.directories(),
                Optional.of(network),
                task.ports(),
                task.resources(),
                task.volumes());
    }

    private static TreeMap<String, Object> without(TaskContext task) {
        var config = new TreeMap<>(task.config());
        config.remove("network_mode");
        return config;
    }

    private TaskContext task(String name, String script) throws Exception {
        machine.directory.createTask(name, Optional.empty(), AllocationDirectory.Access.CONTAINER);
        return machine.task(
                name,
                new TreeMap<>(Map.of(
                        "image",
                        TestDockerDaemon.IMAGE,
                        "command",
                        "/bin/sh",
                        "args",
                        List.of("-c", script),
                        "network_mode",
                        "none")));
    }
}
