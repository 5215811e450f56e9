package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.client.allocation.Kept;
import dev.steppe.client.allocation.KeptTask;
import dev.steppe.client.driver.DriverHandle;
import dev.steppe.client.node.FileShelf;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.NetworkNamespaces;
import dev.steppe.io.linux.ProcessIdentity;
import dev.steppe.io.linux.Signal;
import dev.steppe.io.process.Cgroups;
import dev.steppe.model.DesiredStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves with real processes what a crash of the agent does to tasks (nothing), and that nothing is left behind. */
class CrashTest {
    private static final String BRIDGED =
            "\"Networks\":[{\"Mode\":\"bridge\",\"DynamicPorts\":[{\"Label\":\"p\",\"To\":80}]}],";

    /** Without it a failed task would be started again. */
    private static final String ONCE =
            "\"RestartPolicy\":{\"Attempts\":0,\"Mode\":\"fail\"},\"ReschedulePolicy\":{\"Attempts\":0},";

    @TempDir
    Path directory;

    @BeforeEach
    void open() throws IOException {
        assumeTrue(
                LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for namespaces and control groups");
        // tasks run as another user, who has to get to their directories
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void tasks_live_through_a_crash_and_lose_neither_a_line_nor_their_exit_status() throws Exception {
        try (var agent = new ChildAgent(directory, 1)) {
            agent.start();
            agent.run("chatty", "service", CHATTY, "");
            agent.run("bridged", "service", "exec sleep 1000", BRIDGED);
            agent.run("ends", "batch", "while [ ! -e ../go ]; do sleep 0.05; done; exit 7", ONCE);
            for (String job : List.of("chatty", "bridged", "ends")) {
                agent.awaitStatus(job, "running");
            }
            var ending = agent.idOf("ends");
            long endingPid = agent.pidOf("ends");
            long chattyPid = agent.pidOf("chatty");
            long bridgedPid = agent.pidOf("bridged");
            var spool = agent.data().resolve("alloc/" + agent.idOf("chatty") + "/t/private/stdout");

            agent.kill();
            Files.createFile(agent.data().resolve("alloc/" + ending + "/go"));
            agent.await("the end of the task", () -> !isAlive(endingPid));
            // the task writes into a file: with nobody there it goes on, and far beyond what a pipe holds
            long before = Files.size(spool);
            agent.await("much output without an agent", () -> Files.size(spool) > before + (1 << 17));
            agent.start();

            for (String job : List.of("chatty", "bridged")) {
                agent.awaitStatus(job, "running");
                assertThat(agent.eventsOf(job)).noneMatch(it -> it.startsWith("Restart") || it.startsWith("Failed"));
                assertThat(agent.eventsOf(job).stream().filter(it -> it.startsWith("Started")))
                        .hasSize(1);
            }
            assertThat(agent.pidOf("chatty")).isEqualTo(chattyPid);
            assertThat(agent.pidOf("bridged")).isEqualTo(bridgedPid);
            assertThat(isAlive(chattyPid) && isAlive(bridgedPid)).isTrue();
            agent.awaitStatus("ends", "failed");
            assertThat(agent.eventsOf("ends"))
                    .anyMatch(it -> it.startsWith("Terminated") && it.contains("Exit Code: 7"));

            agent.send("DELETE", "/v1/job/chatty", "");
            agent.awaitStatus("chatty", "complete");
            agent.await("what was moved to go", () -> !Files.exists(spool));
            var lines = agent.lines(agent.idOf("chatty"));
            assertThat(lines).hasSizeGreaterThan(10_000);
            for (int i = 0; i < lines.size(); i++) {
                assertThat(lines.get(i)).isEqualTo("line " + (i + 1));
            }
        }
    }

    private static final String CHATTY = "i=0; while :; do n=0; while [ $n -lt 500 ]; do n=$((n+1)); i=$((i+1));"
            + " echo line $i; done; sleep 0.01; done";

    @Test
    void after_a_reboot_no_strangers_pid_is_adopted_and_the_task_starts_anew() throws Exception {
        try (var agent = new ChildAgent(directory, 2)) {
            agent.start();
            agent.run("sleeper", "service", "exec sleep 1000", "");
            agent.awaitStatus("sleeper", "running");
            var allocation = agent.idOf("sleeper");
            var state = agent.data().resolve("alloc/" + allocation + "/t/private/process");
            var task = identity(state.resolve("task"));
            var reaper = identity(state.resolve("reaper"));
            agent.kill();

            // what a reboot does: the processes are gone, another one has the pid, and the boot has another id
            LinuxCalls.signal(task.pid(), Signal.SIGKILL);
            agent.await("the end of the reaper", () -> !isAlive(reaper.pid()));
            Files.deleteIfExists(state.resolve("exit"));
            var stranger = new ProcessBuilder("/bin/sleep", "1000").start();
            try {
                var taken = ProcessIdentity.of(stranger.pid()).orElseThrow();
                rewrite(agent.data().resolve("client/allocations"), task, taken);
                for (String file : List.of("task", "reaper")) {
                    Files.copy(
                            Path.of("/proc/" + stranger.pid() + "/stat"),
                            state.resolve(file),
                            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                }
                Files.writeString(
                        state.resolve("launch"),
                        Files.readString(state.resolve("launch")).replace(taken.bootId(), OTHER_BOOT));
                agent.start();
                agent.await(
                        "the task started anew",
                        () -> agent.pidOf("sleeper") != stranger.pid() && isAlive(agent.pidOf("sleeper")));
                agent.awaitStatus("sleeper", "running");
                agent.await(
                        "what is told of it",
                        () -> agent.eventsOf("sleeper").stream()
                                .anyMatch(it ->
                                        it.startsWith("Failed Restoring Task") && it.contains("machine restarted")));
                agent.send("DELETE", "/v1/job/sleeper", "");
                agent.awaitStatus("sleeper", "complete");
                assertThat(stranger.isAlive()).isTrue();
            } finally {
                stranger.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void a_task_that_ended_because_it_was_stopped_has_not_failed_although_the_agent_died_over_the_stop()
            throws Exception {
        try (var agent = new ChildAgent(directory, 5)) {
            agent.start();
            agent.run("stopped", "service", "trap 'exit 0' TERM; echo up; while :; do sleep 0.02; done", ONCE);
            agent.awaitStatus("stopped", "running");
            var allocation = agent.idOf("stopped");
            agent.await("its word", () -> agent.lines(allocation).contains("up"));
            long pid = agent.pidOf("stopped");
            agent.kill();

            // the servers' wish is taken down, and the signal is on its way
            try (var shelf = new FileShelf(agent.data().resolve("client/allocations"))) {
                var kept = shelf.all().getFirst();
                shelf.put(new Kept(
                        kept.allocation().desired(DesiredStatus.STOP, "stopped"),
                        kept.job(),
                        kept.origin(),
                        kept.state(),
                        kept.tasks(),
                        kept.progress()));
            }
            LinuxCalls.signal(pid, Signal.SIGTERM);
            agent.await("the end of the task", () -> !isAlive(pid));
            agent.start();
            agent.await(
                    "the end of the allocation",
                    () -> agent.text("/v1/allocation/" + allocation).contains("\"ClientStatus\":\"complete\""));
        }
    }

    private static final String OTHER_BOOT = "01234567-89ab-cdef-0123-456789abcdef";

    private static ProcessIdentity identity(Path statLine) throws IOException {
        long pid = Long.parseLong(Files.readString(statLine).split(" ", 2)[0]);
        return ProcessIdentity.of(pid).orElseThrow();
    }

    /** Puts the stranger, as of another boot, where the kept state has the task. */
    private static void rewrite(Path directory, ProcessIdentity task, ProcessIdentity stranger) throws Exception {
        var wanted = new ProcessIdentity(stranger.pid(), stranger.startTicks(), OTHER_BOOT).text();
        try (var shelf = new FileShelf(directory)) {
            var kept = shelf.all().getFirst();
            var tasks = new TreeMap<String, KeptTask>();
            kept.tasks().forEach((name, known) -> {
                var handle = known.handle().orElseThrow();
                var values = new TreeMap<String, String>();
                handle.values()
                        .forEach((key, value) -> values.put(
                                key, value.replace(task.text(), wanted).replace(task.bootId(), OTHER_BOOT)));
                tasks.put(name, known.with(new DriverHandle(handle.driver(), values)));
            });
            assertThat(tasks).isNotEqualTo(kept.tasks());
            shelf.put(new Kept(kept.allocation(), kept.job(), kept.origin(), kept.state(), tasks, kept.progress()));
        }
    }

    @Test
    void what_a_crash_leaves_is_removed_by_the_next_start() throws Exception {
        var orphan = "0f0f0f0f-0000-4000-8000-00000000abcd";
        try (var agent = new ChildAgent(directory, 3);
                var thread = new NamespaceThread()) {
            agent.start();
            agent.run("forgotten", "service", "exec sleep 1000", BRIDGED);
            agent.awaitStatus("forgotten", "running");
            var forgotten = agent.idOf("forgotten");
            long forgottenPid = agent.pidOf("forgotten");
            agent.kill();

            // the servers know nothing of it any more
            removeTree(agent.data().resolve("server"));
            var secrets = agent.data().resolve("alloc/" + orphan + "/t/secrets");
            Files.createDirectories(secrets);
            LinuxCalls.mount("steppe-secrets", secrets, "tmpfs", 0, "size=1m");
            new NetworkNamespaces(thread, agent.run().resolve("netns")).create(orphan);
            tool(
                    "ip",
                    "link",
                    "add",
                    "stcrash" + agent.bridge().substring(5),
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "eth7",
                    "netns",
                    agent.run().resolve("netns/" + orphan).toString());
            tool("ip", "link", "set", "stcrash" + agent.bridge().substring(5), "master", agent.bridge());
            var cgroup = Cgroups.detect(agent.cgroup()).create(orphan + ".t", new Cgroups.Limits(20, 20 << 20, 100));
            var process = new ProcessBuilder(
                    "/bin/sh", "-c", "for d; do echo $$ >$d/cgroup.procs; done; exec sleep 1000", "sh");
            cgroup.directories().forEach(it -> process.command().add(it.toString()));
            var left = process.start();
            agent.await("the orphan in its group", () -> cgroup.processes().contains(left.pid()));

            agent.start();
            assertThat(left.waitFor(120, TimeUnit.SECONDS))
                    .as("the orphan's process has ended")
                    .isTrue();
            agent.await("nothing of the orphan", () -> traces(agent, orphan).isEmpty());
            assertThat(agent.data().resolve("alloc/" + orphan)).doesNotExist();
            agent.await(
                    "the end of the forgotten allocation",
                    () -> !isAlive(forgottenPid) && traces(agent, forgotten).isEmpty());
        }
    }

    @Test
    void an_ended_allocation_and_a_stopped_agent_leave_nothing() throws Exception {
        try (var agent = new ChildAgent(directory, 4)) {
            agent.start();
            for (String job : List.of("first", "second")) {
                agent.run(job, "service", "sleep 1000 & exec sleep 1000", BRIDGED);
                agent.awaitStatus(job, "running");
            }
            var first = agent.idOf("first");
            var second = agent.idOf("second");
            long firstPid = agent.pidOf("first");
            assertThat(traces(agent, first)).hasSizeGreaterThanOrEqualTo(4);
            agent.send("DELETE", "/v1/job/first", "");
            agent.awaitStatus("first", "complete");
            agent.await(
                    "nothing of the first",
                    () -> !isAlive(firstPid) && traces(agent, first).isEmpty());
            assertThat(traces(agent, second)).hasSizeGreaterThanOrEqualTo(4);

            agent.terminate();
            assertThat(traces(agent, second)).isEmpty();
            assertThat(traces(agent, agent.bridge())).isEmpty();
            assertThat(traces(agent, agent.cgroup())).isEmpty();
            assertThat(agent.data()).doesNotExist();
            assertThat(agent.run()).doesNotExist();
            assertThat(ProcessHandle.allProcesses()
                            .filter(it -> it.info().commandLine().orElse("").contains(directory.toString())))
                    .isEmpty();
        }
    }

    @Test
    void what_an_agent_left_for_the_next_one_is_removed_on_request_and_not_while_it_is_needed() throws Exception {
        try (var agent = new ChildAgent(directory, 6)) {
            agent.start();
            agent.run(
                    "bridged",
                    "service",
                    "trap 'echo ended; exit' INT; echo up; while :; do sleep 0.05; done",
                    BRIDGED);
            agent.awaitStatus("bridged", "running");
            var allocation = agent.idOf("bridged");
            agent.await("its word", () -> agent.lines(allocation).contains("up"));
            long pid = agent.pidOf("bridged");
            assertThat(cleanup(agent)).contains("exit code 1", "is used by an agent that runs (pid " + agent.pid());
            agent.kill();
            assertThat(cleanup(agent)).contains("exit code 1", "1 allocation is not over", allocation);
            assertThat(isAlive(pid)).isTrue();
            assertThat(cleanup(agent, "-force")).contains("exit code 0", "ended task t of bridged.g[0]");
            assertThat(isAlive(pid)).isFalse();
            assertThat(Files.readString(agent.data().resolve("alloc/" + allocation + "/t/private/stdout")))
                    .isEqualTo("up\nended\n");
            for (String name : List.of(agent.bridge(), agent.cgroup(), allocation)) {
                assertThat(traces(agent, name)).isEmpty();
            }
            assertThat(cleanup(agent, "-force")).contains("exit code 0");
            agent.start();
            agent.await("the task anew", () -> isAlive(agent.pidOf("bridged")));
            agent.terminate();
        }
    }

    private static String cleanup(ChildAgent agent, String... flags) {
        var said = new ByteArrayOutputStream();
        var out = new PrintStream(said, true, StandardCharsets.UTF_8);
        var words = new ArrayList<>(List.of(flags));
        words.addAll(agent.options());
        return "exit code " + CleanupCommand.run(words, System.getenv(), out, out) + "\n"
                + said.toString(StandardCharsets.UTF_8);
    }

    /** Everything on the machine that has the name: mounts, control groups, network files, interfaces, rules, processes. */
    private static List<String> traces(ChildAgent agent, String name) throws Exception {
        var found = new ArrayList<String>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            if (line.contains(name)) {
                found.add("mount " + line);
            }
        }
        for (Path group :
                ControlGroups.where(each -> each.getFileName().toString().startsWith(name))) {
            found.add("control group " + group);
        }
        for (String place : List.of("netns", "networks")) {
            if (Files.isDirectory(agent.run().resolve(place))) {
                try (Stream<Path> files = Files.list(agent.run().resolve(place))) {
                    files.filter(path -> path.toString().contains(name)).forEach(path -> found.add("file " + path));
                }
            }
        }
        for (String line : tool("ip", "-o", "link").split("\n", -1)) {
            if (line.contains(name)) {
                found.add("interface " + line);
            }
        }
        if (tool("nft", "list", "tables").contains(name)) {
            found.add("table " + name);
        }
        ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(name))
                .forEach(process -> found.add("process " + process.pid()));
        return found;
    }

    private static String tool(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + ": " + output)
                .isZero();
        return output;
    }

    private static boolean isAlive(long pid) throws IOException {
        var now = ProcessIdentity.of(pid);
        return now.isPresent() && now.get().isAlive();
    }

    private static void removeTree(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
