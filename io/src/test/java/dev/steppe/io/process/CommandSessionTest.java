package dev.steppe.io.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.ProcessIdentity.ProcessStat;
import dev.steppe.io.linux.PseudoTerminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands beside a real task: pipes and terminals, rights, ends. */
class CommandSessionTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final String parent = "steppe-session-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    private Optional<Cgroups> cgroups = Optional.empty();
    private TaskLauncher launcher;
    private Optional<TaskProcess> task = Optional.empty();
    private final Printed printed = new Printed();

    /** Remembers what a command printed. */
    private static final class Printed implements CommandSession.Output {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();

        @Override
        public synchronized void stdout(byte[] bytes) {
            out.writeBytes(bytes);
        }

        @Override
        public synchronized void stderr(byte[] bytes) {
            err.writeBytes(bytes);
        }

        @Override
        public void ended(CommandSession.End end) {}

        synchronized String out() {
            return out.toString(StandardCharsets.UTF_8);
        }

        synchronized String err() {
            return err.toString(StandardCharsets.UTF_8);
        }
    }

    @BeforeEach
    void open() throws Exception {
        assumeTrue(LinuxCalls.isLinux());
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        if (LinuxCalls.isRoot()) {
            cgroups = Optional.of(Cgroups.detect(parent)).filter(found -> found.version() > 0);
        }
        launcher = new TaskLauncher(cgroups);
    }

    @AfterEach
    void close() throws Exception {
        if (task.isPresent()) {
            launcher.destroy(task.get());
        }
        launcher.close();
        if (cgroups.isPresent()) {
            cgroups.get().removeParent();
        }
    }

    private TaskProcess start(NamespaceThread.Entry namespaces, Optional<Account> user) throws Exception {
        Optional<TaskCgroup> group = cgroups.isPresent()
                ? Optional.of(cgroups.get().create("task", new Cgroups.Limits(100, 64 << 20, 100)))
                : Optional.empty();
        var started = launcher.launch(new LaunchRequest(
                List.of("/bin/sh", "-c", "sleep 1000"),
                new TreeMap<>(Map.of("GREETING", "it's me", "PATH", "/usr/bin:/bin")),
                directory,
                directory.resolve("state"),
                new LaunchRequest.Output(directory.resolve("stdout"), directory.resolve("stderr")),
                new LaunchRequest.Confinement(user, group, namespaces)));
        task = Optional.of(started);
        return started;
    }

    private TaskProcess start() throws Exception {
        return start(NamespaceThread.Entry.none(), Optional.empty());
    }

    private static CommandSession.Wish plain(String... words) {
        return new CommandSession.Wish(List.of(words), Optional.empty());
    }

    private static CommandSession.Wish terminal(String... words) {
        return new CommandSession.Wish(List.of(words), Optional.of(new PseudoTerminal.Size(30, 100)));
    }

    private static int exit(CommandSession session) throws Exception {
        var end = session.awaitEnd(DEADLINE).orElseThrow(() -> new AssertionError("the command does not end"));
        return ((CommandSession.End.Exited) end).code();
    }

    @Test
    void a_command_has_the_tasks_environment_and_directory_and_its_output_and_status_come_back() throws Exception {
        var session = launcher.enter(
                start(), plain("/bin/sh", "-c", "echo \"$GREETING\"; pwd; echo oops >&2; exit 7"), printed);
        assertThat(exit(session)).isEqualTo(7);
        assertThat(printed.out()).isEqualTo("it's me\n" + directory.toRealPath() + "\n");
        assertThat(printed.err()).isEqualTo("oops\n");
    }

    @Test
    void what_is_typed_arrives_whole_and_the_end_of_input_too() throws Exception {
        var session = launcher.enter(start(), plain("sha256sum"), printed);
        var data = new byte[3_000_000];
        new java.util.Random(7).nextBytes(data);
        for (int offset = 0; offset < data.length; offset += 100_000) {
            session.write(java.util.Arrays.copyOfRange(data, offset, Math.min(data.length, offset + 100_000)));
        }
        session.endInput();
        assertThat(exit(session)).isZero();
        var digest = java.security.MessageDigest.getInstance("SHA-256").digest(data);
        assertThat(printed.out()).startsWith(java.util.HexFormat.of().formatHex(digest));
    }

    @Test
    void a_command_that_does_not_read_ends_without_an_error() throws Exception {
        var session = launcher.enter(start(), plain("head", "-c", "1"), printed);
        for (int i = 0; i < 50 && session.awaitEnd(Duration.ZERO).isEmpty(); i++) {
            session.write(new byte[64 * 1024]);
        }
        assertThat(exit(session)).isZero();
    }

    @Test
    void all_of_a_large_output_arrives() throws Exception {
        var session = launcher.enter(start(), plain("seq", "1", "200000"), printed);
        assertThat(exit(session)).isZero();
        assertThat(printed.out()).endsWith("\n199999\n200000\n").hasLineCount(200_000);
    }

    @Test
    void a_terminal_has_a_size_that_changes_and_its_keys_are_signals() throws Exception {
        var script = "trap 'stty size' WINCH; stty size; test -t 0 && test -t 1 && echo terminal;"
                + " while :; do sleep 0.05; done";
        var session = launcher.enter(start(), terminal("/bin/sh", "-c", script), printed);
        await(() -> printed.out().contains("30 100\r\nterminal\r\n"));
        session.resize(new PseudoTerminal.Size(44, 132));
        await(() -> printed.out().contains("44 132\r\n"));
        session.write(new byte[] {3});
        assertThat(exit(session)).isEqualTo(128 + 2);
        session.close();
    }

    @Test
    void an_interactive_shell_controls_its_terminal_and_ends_at_the_end_of_input() throws Exception {
        var session = launcher.enter(start(), terminal("/bin/sh", "-i"), printed);
        session.write("set -m; sleep 1000 & echo begun; kill %1; cat </dev/tty\n".getBytes(StandardCharsets.UTF_8));
        await(() -> printed.out().contains("begun\r\n"));
        session.write("through the terminal\n".getBytes(StandardCharsets.UTF_8));
        await(() -> printed.out().split("through the terminal", -1).length > 2);
        session.endInput();
        session.endInput();
        session.endInput();
        exit(session);
        assertThat(printed.out()).doesNotContain("can't access tty").doesNotContain("no job control");
    }

    @Test
    void closing_ends_the_command_with_what_it_started_and_leaves_no_zombie() throws Exception {
        var session =
                launcher.enter(start(), plain("/bin/sh", "-c", "trap '' HUP; sleep 1000 & echo $$ $!; wait"), printed);
        await(() -> printed.out().endsWith("\n"));
        var pids = printed.out().strip().split(" ");
        session.close();
        await(() -> ProcessStat.read(Long.parseLong(pids[0])).isEmpty());
        await(() -> ProcessStat.read(Long.parseLong(pids[1]))
                .filter(it -> it.state() != 'Z')
                .isEmpty());
        assertThat(launcher.isRunning(task.orElseThrow())).isTrue();
    }

    @Test
    void a_missing_program_has_the_status_of_shells_and_says_so() throws Exception {
        var session = launcher.enter(start(), plain("no-such-program"), printed);
        assertThat(exit(session)).isEqualTo(127);
        assertThat(printed.err()).contains("no-such-program");
    }

    @Test
    void a_command_is_in_the_tasks_namespaces_and_groups_with_its_rights_only() throws Exception {
        assumeTrue(LinuxCalls.isRoot() && cgroups.isPresent(), "needs root");
        var hosts = Files.writeString(directory.resolve("hosts"), "of the task\n");
        var entry = new NamespaceThread.Entry(
                Optional.empty(), List.of(new NamespaceThread.Bind(hosts, Path.of("/etc/hosts"))));
        var user = Account.find("65534").orElseThrow();
        var process = start(entry, Optional.of(user));
        var session = launcher.enter(
                process,
                terminal(
                        "/bin/sh",
                        "-c",
                        "cat /etc/hosts; id -u; grep -E 'CapEff|CapBnd|NoNew' /proc/self/status; cat /proc/self/cgroup; tty"),
                printed);
        assertThat(exit(session)).isZero();
        assertThat(printed.out())
                .contains("of the task\r\n", "65534\r\n", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000")
                .contains("NoNewPrivs:\t1", parent + "/")
                .contains("/dev/pts/");
    }

    @Test
    void an_ended_task_cannot_be_entered() throws Exception {
        var process = start();
        launcher.stop(process, dev.steppe.io.linux.Signal.SIGKILL, Duration.ofSeconds(5));
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> launcher.enter(process, plain("true"), printed))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ended");
    }

    private interface Check {
        boolean holds() throws Exception;
    }

    private static void await(Check condition) throws Exception {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
