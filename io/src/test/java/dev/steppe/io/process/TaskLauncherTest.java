package dev.steppe.io.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.NetworkNamespaces;
import dev.steppe.io.linux.ProcessIdentity;
import dev.steppe.io.linux.Signal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that tasks run confined, outlive the agent that launched them, and tell how they ended. */
class TaskLauncherTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final String NONE_IGNORED = "SigIgn:\t0000000000000000\n";

    @TempDir
    Path directory;

    private final String parent = "steppe-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    private TaskLauncher launcher;
    private Optional<Cgroups> cgroups = Optional.empty();

    @BeforeEach
    void open() throws IOException {
        assumeTrue(LinuxCalls.isLinux(), "skipped: not Linux");
        if (LinuxCalls.isRoot()) {
            cgroups = Optional.of(Cgroups.detect(parent));
        }
        launcher = new TaskLauncher(cgroups);
    }

    @AfterEach
    void close() throws IOException {
        if (launcher != null) {
            launcher.close();
        }
        if (cgroups.isPresent()) {
            assertThat(cgroups.get().existing()).isEmpty();
            cgroups.get().removeParent();
        }
    }

    @Test
    void environment_is_exact_and_in_no_command_line_and_output_goes_to_files() throws Exception {
        var environment = new TreeMap<>(java.util.Map.of(
                "QUOTED", "it's \"$HOME\" `x` \\ \n second line", "SECRET", "hush-4711", "PATH", "/bin:/usr/bin"));
        var process =
                launch("env -0; echo done >&2; cat /proc/$$/cmdline /proc/$PPID/cmdline | tr '\\0' ' '", environment);
        assertThat(exit(process)).isEqualTo(new Status(0, Optional.empty()));
        var printed = Files.readString(directory.resolve("stdout")).split("\0", -1);
        var seen = new TreeMap<String, String>();
        for (int index = 0; index < printed.length - 1; index++) {
            var parts = printed[index].split("=", 2);
            seen.put(parts[0], parts[1]);
        }
        // The task is a shell, which adds its working directory.
        seen.remove("PWD");
        assertThat(seen).isEqualTo(environment);
        assertThat(printed[printed.length - 1]).contains("steppe-reaper").doesNotContain("hush-4711");
        assertThat(directory.resolve("stderr")).hasContent("done\n");
        launcher.destroy(process);
        assertThat(directory.resolve("state")).doesNotExist();
    }

    @Test
    void exit_code_and_signal_are_told_apart() throws Exception {
        var seven = launch("exit 7", new TreeMap<>());
        assertThat(exit(seven)).isEqualTo(new Status(7, Optional.empty()));
        launcher.destroy(seven);
        var killed = launch("kill -SEGV $$", new TreeMap<>());
        assertThat(exit(killed).signal()).contains(Signal.SIGSEGV);
        launcher.destroy(killed);
    }

    @Test
    void a_task_that_handles_the_kill_signal_ends_in_its_own_way() throws Exception {
        for (Signal signal : List.of(Signal.SIGINT, Signal.SIGTERM, Signal.SIGUSR1, Signal.SIGHUP)) {
            var process = launch(
                    "trap 'echo bye; exit 3' INT TERM USR1 HUP; echo up; while :; do sleep 0.02; done",
                    new TreeMap<>());
            await(() -> Files.readString(directory.resolve("stdout")).contains("up"));
            launcher.stop(process, signal, DEADLINE);
            assertThat(exit(process)).isEqualTo(new Status(3, Optional.empty()));
            assertThat(Files.readString(directory.resolve("stdout"))).endsWith("bye\n");
            launcher.destroy(process);
            Files.delete(directory.resolve("stdout"));
        }
    }

    @Test
    void a_plain_program_dies_of_the_default_kill_signal() throws Exception {
        var process = launcher.launch(
                request(List.of("/bin/sleep", "1000"), new TreeMap<>(), LaunchRequest.Confinement.none()));
        launcher.stop(process, Signal.SIGINT, DEADLINE);
        assertThat(exit(process).signal()).contains(Signal.SIGINT);
        launcher.destroy(process);
    }

    @Test
    void a_task_that_ignores_the_kill_signal_is_killed_with_all_it_started() throws Exception {
        var process = launch("trap '' TERM; sleep 1000 & echo $!; while :; do sleep 0.02; done", new TreeMap<>());
        await(() -> !Files.readString(directory.resolve("stdout")).isEmpty());
        var child = ProcessIdentity.of(Long.parseLong(
                        Files.readString(directory.resolve("stdout")).trim()))
                .orElseThrow();
        launcher.stop(process, Signal.SIGTERM, Duration.ofMillis(50));
        assertThat(exit(process).signal()).contains(Signal.SIGKILL);
        await(() -> !child.isAlive());
        launcher.destroy(process);
    }

    @Test
    void a_program_that_cannot_start_is_told_at_once_and_leaves_nothing() {
        assertThatThrownBy(() -> launcher.launch(new LaunchRequest(
                        List.of("/bin/true"),
                        new TreeMap<>(),
                        directory.resolve("missing"),
                        directory.resolve("state"),
                        output(),
                        LaunchRequest.Confinement.none())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot start /bin/true")
                .hasMessageContaining(directory.resolve("missing").toString());
    }

    @Test
    void a_confined_task_is_unprivileged_in_its_cgroup_and_namespace_with_its_own_resolv_conf() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root for users, cgroups and namespaces");
        open(directory);
        var resolv = Files.writeString(directory.resolve("resolv.conf"), "nameserver 192.0.2.7\n");
        var nobody = Account.find("nobody").orElseThrow();
        try (var thread = new NamespaceThread()) {
            var namespaces = new NetworkNamespaces(thread, directory.resolve("netns"));
            var namespace = namespaces.create("task");
            var cgroup = cgroups.orElseThrow().create("confined", new Cgroups.Limits(500, 64 << 20, 32));
            var confinement = new LaunchRequest.Confinement(
                    Optional.of(nobody),
                    Optional.of(cgroup),
                    new NamespaceThread.Entry(
                            Optional.of(namespace),
                            List.of(new NamespaceThread.Bind(resolv, Path.of("/etc/resolv.conf")))));
            var process = launcher.launch(request(
                    List.of(
                            "/bin/sh",
                            "-c",
                            "id -u; id -G; cat /etc/resolv.conf; ls /sys/class/net | wc -l; grep -c : /proc/net/dev;"
                                    + " grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status; grep steppe /proc/self/cgroup"
                                    + " | wc -l; ls /proc/self/fd | wc -l; kill -9 $PPID || echo safe; cat "
                                    + directory.resolve("state/launch") + " || echo hidden"),
                    new TreeMap<>(),
                    confinement));
            assertThat(exit(process)).isEqualTo(new Status(0, Optional.empty()));
            var lines = Files.readAllLines(directory.resolve("stdout"));
            assertThat(lines.get(0)).isEqualTo(Integer.toString(nobody.uid()));
            assertThat(lines).contains("nameserver 192.0.2.7", "safe", "hidden", "NoNewPrivs:\t1");
            assertThat(lines).contains("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000");
            launcher.destroy(process);
            namespaces.delete("task");
            namespaces.removeDirectory();
        }
    }

    @Test
    void memory_beyond_the_limit_is_reported_as_out_of_memory() throws Exception {
        assumeTrue(cgroups.isPresent() && cgroups.get().version() > 0, "skipped: needs root and cgroups");
        var cgroup = cgroups.orElseThrow().create("hungry", new Cgroups.Limits(500, 16 << 20, 32));
        var process = launcher.launch(request(
                List.of("/bin/sh", "-c", "x=0123456789abcdef; while :; do x=$x$x; done"),
                new TreeMap<>(),
                new LaunchRequest.Confinement(Optional.empty(), Optional.of(cgroup), NamespaceThread.Entry.none())));
        var ended = (TaskExit.Ended) outcome(process);
        assertThat(ended.outOfMemory()).hasValueSatisfying(out -> {
            assertThat(out.limitBytes()).isEqualTo(16 << 20);
            assertThat(out.peakBytes()).isBetween(15L << 20, 16L << 20);
            assertThat(out.kills()).isPositive();
        });
        assertThat(ended.signal()).contains(Signal.SIGKILL);
        launcher.destroy(process);
    }

    @Test
    void usage_counts_the_task() throws Exception {
        for (boolean grouped : List.of(false, cgroups.isPresent())) {
            Optional<TaskCgroup> group = grouped
                    ? Optional.of(cgroups.orElseThrow().create("counted", new Cgroups.Limits(500, 64 << 20, 32)))
                    : Optional.empty();
            var process = launcher.launch(request(
                    List.of("/bin/sh", "-c", "while :; do :; done"),
                    new TreeMap<>(),
                    new LaunchRequest.Confinement(Optional.empty(), group, NamespaceThread.Entry.none())));
            await(() -> launcher.usage(process).cpuTime().toMillis() > 20);
            assertThat(launcher.usage(process).memoryBytes()).isPositive();
            assertThat(launcher.usage(process).processes()).isEqualTo(1);
            launcher.stop(process, Signal.SIGKILL, DEADLINE);
            launcher.destroy(process);
        }
    }

    @Test
    void a_chatty_task_survives_the_kill_of_its_agent_and_tells_its_true_exit() throws Exception {
        var agent = agent("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line $i; done; while [ ! -e "
                + directory.resolve("end") + " ]; do sleep 0.02; done; exit 42");
        agent.destroyForcibly().waitFor();
        var process = launcher.find(directory.resolve("state")).orElseThrow();
        assertThat(launcher.isRunning(process)).isTrue();
        assertThat(TaskProcess.parse(process.values())).isEqualTo(process);
        await(() -> Files.readAllLines(directory.resolve("stdout")).size() == 20000);
        assertThat(Files.readAllLines(directory.resolve("stdout")))
                .endsWith("line 20000")
                .doesNotHaveDuplicates();
        var ended = new CompletableFuture<TaskExit>();
        launcher.watch(process, ended::complete);
        assertThat(ended).isNotDone();
        Files.createFile(directory.resolve("end"));
        assertThat(ended.get(60, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        TaskExit.Ended.class, how -> assertThat(how.status()).isEqualTo(42));
        launcher.destroy(process);
    }

    /** The tree of version 2 of this machine, also where its controllers belong to version 1. */
    private static Optional<String> version2() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .filter(line -> line.split(" ", -1)[2].equals("cgroup2"))
                .findFirst();
    }

    @Test
    void a_task_is_born_in_its_group_of_version_2() throws Exception {
        assumeTrue(LinuxCalls.isRoot() && version2().isPresent(), "skipped: needs root and control groups version 2");
        var ofVersion2 = Cgroups.from(List.of(version2().orElseThrow()), parent + "-2/place");
        var limits = new Cgroups.Limits(100, 64 << 20, 100);
        try (var other = new TaskLauncher(Optional.of(ofVersion2))) {
            var group = ofVersion2.create("born.t", limits);
            var process = other.launch(request(
                    List.of("/bin/sh", "-c", "ls /proc/self/fd; sleep 1000"),
                    new TreeMap<>(),
                    new LaunchRequest.Confinement(
                            Optional.empty(),
                            java.util.Set.of(),
                            Optional.of(group),
                            NamespaceThread.Entry.none(),
                            Optional.empty())));
            assertThat(group.processes()).contains(process.task().pid());
            await(() -> Files.readString(directory.resolve("stdout")).equals("0\n1\n2\n3\n"));
            other.stop(process, Signal.SIGTERM, DEADLINE);
            assertThat(exit(process).signal()).contains(Signal.SIGTERM);
            other.destroy(process);
            assertThat(ofVersion2.existing()).isEmpty();
        }
        ofVersion2.removeParent();
        assertThat(Path.of(version2().orElseThrow().split(" ", -1)[1], parent + "-2"))
                .doesNotExist();
    }

    @Test
    void a_reaper_leaves_the_group_of_a_service_and_tells_how_its_task_ended() throws Exception {
        assumeTrue(LinuxCalls.isRoot() && version2().isPresent(), "skipped: needs root and control groups version 2");
        var tree = Path.of(version2().orElseThrow().split(" ", -1)[1]);
        var service = Files.createDirectory(tree.resolve(parent + ".service"));
        try {
            var join = "echo 0 >" + service + "/cgroup.procs; exec \"$@\"";
            var agent = start(directory, List.of("/bin/sh", "-c", join, "sh"), "sleep 1000 & exec sleep 1000")
                    .orElseThrow();
            var process = launcher.find(directory.resolve("state")).orElseThrow();
            assertThat(Files.readString(Path.of("/proc/" + process.reaper().pid() + "/cgroup")))
                    .contains("0::/" + parent + "/reapers\n");
            agent.destroyForcibly().waitFor();
            launcher.stop(process, Signal.SIGTERM, DEADLINE);
            assertThat(exit(process).signal()).contains(Signal.SIGTERM);
            launcher.destroy(process);
            await(() -> Files.readString(service.resolve("cgroup.procs")).isEmpty());
        } finally {
            // the kernel may take the group for used a moment longer than it lists a process
            await(() -> isRemoved(service));
        }
    }

    @Test
    void a_task_ignores_no_signal_that_its_agent_ignores() throws Exception {
        var agent = start(
                        directory,
                        List.of("/bin/sh", "-c", "trap '' HUP INT USR1; exec \"$@\"", "sh"),
                        "grep SigIgn /proc/$$/status; exec sleep 1000")
                .orElseThrow();
        assertThat(ignored(agent.pid())).as("the agent's own").isNotEqualTo(NONE_IGNORED);
        await(() -> Files.readString(directory.resolve("stdout")).equals(NONE_IGNORED));
        var process = launcher.find(directory.resolve("state")).orElseThrow();
        launcher.stop(process, Signal.SIGHUP, DEADLINE);
        assertThat(exit(process).signal()).contains(Signal.SIGHUP);
        launcher.destroy(process);
        agent.destroyForcibly().waitFor();
    }

    private static String ignored(long pid) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("SigIgn:")).findFirst().orElseThrow() + "\n";
        }
    }

    @Test
    void a_task_that_was_killed_while_no_agent_ran_tells_the_signal() throws Exception {
        var agent = agent("sleep 1000");
        agent.destroyForcibly().waitFor();
        var process = launcher.find(directory.resolve("state")).orElseThrow();
        LinuxCalls.signal(process.task().pid(), Signal.SIGKILL);
        assertThat(exit(process).signal()).contains(Signal.SIGKILL);
        launcher.destroy(process);
    }

    @Test
    void an_agent_that_is_not_root_launches_as_itself() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root to become somebody else");
        var nobody = Account.find("nobody").orElseThrow();
        var own = Files.createDirectory(directory.resolve("own"));
        open(directory);
        Files.setAttribute(own, "unix:uid", nobody.uid());
        var agent = start(own, becoming(nobody), "id -u; exit 9");
        if (agent.isEmpty()) {
            assumeTrue(false, "skipped: user nobody cannot read Java or the classes");
        }
        var process = launcher.find(own.resolve("state")).orElseThrow();
        assertThat(exit(process).code()).isEqualTo(9);
        assertThat(own.resolve("stdout")).hasContent(nobody.uid() + "\n");
        agent.get().destroyForcibly().waitFor();
    }

    @Test
    void after_a_reboot_no_strangers_pid_is_adopted_or_signalled() throws Exception {
        var process = launch("sleep 1000", new TreeMap<>());
        var earlier = new TaskProcess(
                new ProcessIdentity(process.reaper().pid(), process.reaper().startTicks(), "earlier-boot"),
                new ProcessIdentity(process.task().pid(), process.task().startTicks(), "earlier-boot"),
                process.stateDirectory(),
                process.cgroup());
        assertThat(launcher.isRunning(earlier)).isFalse();
        assertThat(outcome(earlier)).isEqualTo(new TaskExit.Lost("the machine restarted"));
        launcher.stop(earlier, Signal.SIGKILL, Duration.ZERO);
        assertThat(launcher.isRunning(process)).isTrue();
        launcher.destroy(process);
    }

    private Process agent(String script) throws IOException {
        return start(directory, List.of(), script).orElseThrow();
    }

    private static List<String> becoming(Account account) {
        return List.of(
                "setpriv", "--reuid=" + account.uid(), "--regid=" + account.gid(), "--clear-groups", "--inh-caps=-all");
    }

    /** An agent of its own process; empty when it cannot start. */
    private Optional<Process> start(Path where, List<String> prefix, String script) throws IOException {
        var command = new ArrayList<>(prefix);
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LaunchingAgent.class.getName(),
                where.toString(),
                parent,
                script));
        var agent = new ProcessBuilder(command)
                .redirectError(where.resolve("agent.log").toFile())
                .start();
        try (var output = new BufferedReader(new InputStreamReader(agent.getInputStream(), StandardCharsets.UTF_8))) {
            var line = output.readLine();
            if (line == null) {
                return Optional.empty();
            }
            assertThat(line).startsWith("launched");
            return Optional.of(agent);
        }
    }

    private TaskProcess launch(String script, SortedMap<String, String> environment) throws Exception {
        return launcher.launch(
                request(List.of("/bin/sh", "-c", script), environment, LaunchRequest.Confinement.none()));
    }

    private LaunchRequest request(
            List<String> command, SortedMap<String, String> environment, LaunchRequest.Confinement confinement) {
        return new LaunchRequest(command, environment, Path.of("/"), directory.resolve("state"), output(), confinement);
    }

    private LaunchRequest.Output output() {
        return new LaunchRequest.Output(directory.resolve("stdout"), directory.resolve("stderr"));
    }

    private static void open(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Status(int code, Optional<Signal> signal) {}

    private Status exit(TaskProcess process) throws Exception {
        var ended = (TaskExit.Ended) outcome(process);
        return new Status(ended.status(), ended.signal());
    }

    private TaskExit outcome(TaskProcess process) throws Exception {
        var ended = new CompletableFuture<TaskExit>();
        launcher.watch(process, ended::complete);
        return ended.get(60, TimeUnit.SECONDS);
    }

    private static boolean isRemoved(Path group) throws IOException {
        try {
            return Files.deleteIfExists(group) || !Files.exists(group);
        } catch (FileSystemException busy) {
            return false;
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
