package dev.steppe.client.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.Capability;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.NetworkNamespaces;
import dev.steppe.io.linux.PseudoTerminal;
import dev.steppe.io.process.CommandSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that isolated tasks see and change nothing but their own, by trying from inside. */
class ExecDriverTest {
    @TempDir
    Path temporary;

    private DriverMachine machine;
    private ExecDriver driver;

    @BeforeEach
    void open() throws IOException {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "skipped: needs root for namespaces");
        machine = new DriverMachine(temporary);
        driver = new ExecDriver(machine.tasks, ExecDriver.Settings.standard());
    }

    @AfterEach
    void close() throws IOException {
        if (machine != null) {
            machine.close();
        }
    }

    @Test
    void a_task_finds_its_directories_at_the_root_and_may_write_there_only() throws Exception {
        var lines = output("""
                pwd
                for place in /alloc /alloc/data /local /secrets /tmp /dev/shm; do
                  echo x > $place/file && echo written $place
                done
                for place in / /etc /usr /usr/bin /bin /lib /dev /proc/sys/kernel /sys; do
                  touch $place/file 2>/dev/null && echo CHANGED $place
                done
                mount -o remount,rw,bind /usr 2>/dev/null && echo REMOUNTED
                mount -o remount,rw / 2>/dev/null && echo REMOUNTED
                mknod /local/disk b 8 0 2>/dev/null && echo MADE A DEVICE
                echo x > /proc/sysrq-trigger 2>/dev/null && echo SYSRQ
                exit 0
                """);
        assertThat(lines)
                .containsExactly(
                        "/",
                        "written /alloc",
                        "written /alloc/data",
                        "written /local",
                        "written /secrets",
                        "written /tmp",
                        "written /dev/shm");
    }

    @Test
    void other_allocations_the_agents_data_and_its_sockets_are_not_there() throws Exception {
        var secret = Files.writeString(temporary.resolve("agents-secret"), "hush");
        var other = machine.task("other", new TreeMap<>());
        Files.writeString(other.directories().secrets().resolve("token"), "hush");
        var lines =
                output("ls " + temporary + " " + other.directories().secrets().resolve("token") + " " + secret
                        + " /run /var /root /home /tmp/* /mnt /opt 2>/dev/null; cat /proc/1/root" + secret
                        + " 2>/dev/null; echo end");
        assertThat(lines).containsExactly("end");
    }

    @Test
    void no_process_of_the_machine_is_seen_signalled_or_traced() throws Exception {
        long mine = ProcessHandle.current().pid();
        var lines = output("""
                ls -d /proc/[0-9]* | wc -l
                cat /proc/1/comm
                kill -0 %d 2>/dev/null && echo SIGNALLED
                grep -cE '^(CapEff|CapPrm|CapBnd|CapInh|CapAmb):.0000000000000000$' /proc/self/status
                grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status | tr '\\t' ' '
                unshare -U true 2>/dev/null && echo NAMESPACE
                unshare -m true 2>/dev/null && echo NAMESPACE
                readlink /proc/1/exe /proc/1/root
                ls /proc/1/fd 2>/dev/null
                ipcs -m | grep -c 0x
                """.formatted(mine));
        assertThat(Integer.parseInt(lines.getFirst().trim())).isLessThan(8);
        assertThat(lines.subList(1, lines.size()))
                .containsExactly("steppe-init", "5", "NoNewPrivs: 1", "Seccomp: 2", "0");
    }

    @Test
    void everything_a_task_started_ends_with_it_and_children_without_parents_are_collected() throws Exception {
        var task = task(
                "(sleep 0.01 &) ; (sleep 1000 &) ; sleep 0.2; until ! ps -e | grep -q defunct; do sleep 0.1; done; echo bye; exit 4");
        var handle = driver.start(task);
        var exit = DriverMachine.exit(driver, handle);
        assertThat(exit.exitCode()).isEqualTo(4);
        assertThat(Files.readAllLines(task.directories().stdout())).containsExactly("bye");
        DriverMachine.await(() -> driver.usage(handle).processes() == 0);
        driver.destroy(handle);
    }

    @Test
    void a_plain_program_dies_of_the_default_signal_although_it_is_in_a_namespace_of_its_own() throws Exception {
        for (String signal : List.of("SIGINT", "SIGTERM", "SIGHUP")) {
            var handle = driver.start(machine.task("web", config("sleep", List.of("1000"))));
            driver.stop(handle, signal, DriverMachine.DEADLINE);
            var exit = DriverMachine.exit(driver, handle);
            assertThat(exit.signal()).isEqualTo(ProcessTasks.parseSignal(signal).number());
            driver.destroy(handle);
        }
    }

    @Test
    void a_handle_kept_as_text_adopts_the_task_and_tells_its_true_end() throws Exception {
        var task = task("trap 'exit 7' TERM; echo up; while :; do sleep 0.02; done");
        var handle = driver.start(task);
        try (var later = new ProcessTasks(machine.tasks.cgroups().map(groups -> groups.parent()))) {
            var adopting = new ExecDriver(later, ExecDriver.Settings.standard());
            var read = adopting.find(task.directories()).orElseThrow();
            assertThat(read).isEqualTo(handle);
            adopting.recover(read);
            DriverMachine.await(
                    () -> Files.readString(task.directories().stdout()).equals("up\n"));
            adopting.stop(read, "SIGTERM", Duration.ofSeconds(30));
            assertThat(DriverMachine.exit(adopting, read).exitCode()).isEqualTo(7);
            adopting.destroy(read);
        }
        assertThat(mounts()).isEmpty();
    }

    @Test
    void a_command_beside_the_task_has_its_view_its_user_and_its_filter() throws Exception {
        var handle = driver.start(machine.task("web", config("sleep", List.of("1000"))));
        var printed = new ByteArrayOutputStream();
        var script = "cat /proc/2/comm; id -u; ls /alloc; ls /var 2>/dev/null; grep ^Seccomp: /proc/self/status";
        var wish = new CommandSession.Wish(List.of("/bin/sh", "-c", script), Optional.empty());
        try (var session = driver.enter(handle, wish, into(printed))) {
            assertThat(session.awaitEnd(DriverMachine.DEADLINE)).contains(new CommandSession.End.Exited(0));
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "sleep",
                        Integer.toString(UserPolicy.unprivileged()
                                .defaultAccount()
                                .orElseThrow()
                                .uid()),
                        "data",
                        "logs",
                        "tmp",
                        "Seccomp:\t2");
        driver.stop(handle, "SIGTERM", DriverMachine.DEADLINE);
        driver.destroy(handle);
    }

    @Test
    void a_terminal_beside_the_task_has_a_name_in_its_view() throws Exception {
        var handle = driver.start(machine.task("web", config("sleep", List.of("1000"))));
        var printed = new ByteArrayOutputStream();
        var wish = new CommandSession.Wish(
                List.of("/bin/sh", "-c", "tty; echo through >$(tty)"), Optional.of(new PseudoTerminal.Size(24, 80)));
        try (var session = driver.enter(handle, wish, into(printed))) {
            assertThat(session.awaitEnd(DriverMachine.DEADLINE)).contains(new CommandSession.End.Exited(0));
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo("/dev/pts/0\r\nthrough\r\n");
        driver.stop(handle, "SIGTERM", DriverMachine.DEADLINE);
        driver.destroy(handle);
    }

    @Test
    void the_user_of_an_allocation_has_a_name_a_home_and_a_group_in_the_view_of_its_tasks() throws Exception {
        var allocations = temporary.resolve("allocations");
        var own = new AllocationUsers(allocations, new AllocationUsers.Range(85_000, 85_009))
                .claim(machine.allocation)
                .orElseThrow();
        var script =
                "whoami; id -un; id -gn; echo $HOME $USER $LOGNAME; touch ~/mine && echo written; grep -c ^root: /etc/passwd";
        var task = machine.task("web", config("/bin/sh", List.of("-c", script)), Optional.empty(), Optional.of(own))
                .withEnvironment(new TreeMap<>(Map.of("NOMAD_TASK_DIR", "/local", "LOGNAME", "chosen")));
        var handle = driver.start(task);
        DriverMachine.exit(driver, handle);
        var name = "steppe-" + own.uid();
        assertThat(Files.readAllLines(task.directories().stdout()))
                .containsExactly(name, name, name, "/local " + name + " chosen", "written", "1");
        assertThat(Files.readString(Path.of("/etc/passwd"))).doesNotContain(name);
        driver.destroy(handle);
    }

    private static CommandSession.Output into(ByteArrayOutputStream printed) {
        return new CommandSession.Output() {
            @Override
            public void stdout(byte[] bytes) {
                printed.writeBytes(bytes);
            }

            @Override
            public void stderr(byte[] bytes) {
                printed.writeBytes(bytes);
            }

            @Override
            public void ended(CommandSession.End end) {}
        };
    }

    @Test
    void a_task_in_the_network_of_its_allocation_has_its_resolver_and_no_other_interface() throws Exception {
        var resolver = Files.writeString(temporary.resolve("resolv.conf"), "nameserver 192.0.2.7\n");
        try (var thread = new NamespaceThread()) {
            var namespaces = new NetworkNamespaces(thread, temporary.resolve("netns"));
            var plain =
                    task("cat /etc/resolv.conf; ls /sys/class/net; touch /etc/resolv.conf 2>/dev/null || echo fixed");
            var task = new TaskContext(
                    plain.allocation(),
                    plain.taskName(),
                    plain.config(),
                    plain.environment(),
                    plain.user(),
                    plain.directories(),
                    Optional.of(TaskNetwork.of(namespaces.create("web"), resolver)),
                    plain.ports(),
                    plain.resources(),
                    plain.volumes());
            var handle = driver.start(task);
            DriverMachine.exit(driver, handle);
            assertThat(Files.readAllLines(task.directories().stdout()))
                    .containsExactly("nameserver 192.0.2.7", "lo", "fixed");
            driver.destroy(handle);
            namespaces.delete("web");
            namespaces.removeDirectory();
        }
    }

    @Test
    void capabilities_are_given_where_the_node_allows_them_and_refused_by_name_elsewhere() throws Exception {
        var config = config("/bin/sh", List.of("-c", "grep -E '^Cap(Eff|Bnd)' /proc/self/status | tr '\\t' ' '"));
        config.put("cap_add", List.of("net_bind_service"));
        var task = machine.task("web", config);
        var handle = driver.start(task);
        assertThat(DriverMachine.exit(driver, handle).successful()).isTrue();
        assertThat(Files.readAllLines(task.directories().stdout()))
                .containsExactly("CapEff: 0000000000000400", "CapBnd: 0000000000000400");
        driver.destroy(handle);
        config.put("cap_add", List.of("CAP_SYS_ADMIN", "fly"));
        assertThat(driver.validate(config))
                .hasSize(2)
                .anyMatch(problem -> problem.contains("\"CAP_SYS_ADMIN\" is refused")
                        && problem.contains("plugin \"exec\" { config { allow_caps"))
                .anyMatch(problem -> problem.contains("no capability \"fly\""));
    }

    @Test
    void root_in_a_view_of_its_own_still_cannot_leave_it() throws Exception {
        var allowing = new ExecDriver(
                machine.tasks,
                new ExecDriver.Settings(new UserPolicy(true, List.of("nobody")), IsolationSettings.standard()));
        var task = machine.task("web", config("/bin/sh", List.of("-c", """
                        id -u; chown 12:12 /local
                        mount -t tmpfs none /mnt 2>/dev/null && echo MOUNTED
                        mount -o remount,rw,bind /usr 2>/dev/null && echo REMOUNTED
                        touch /usr/file 2>/dev/null && echo CHANGED
                        mknod /local/disk b 254 0 2>/dev/null; head -c 1 /local/disk 2>/dev/null && echo READ THE DISK
                        unshare -m true 2>/dev/null && echo NAMESPACE
                        ls /proc/1/root/var 2>/dev/null
                        echo end
                        """)), Optional.of("root"));
        var handle = allowing.start(task);
        assertThat(DriverMachine.exit(allowing, handle).successful()).isTrue();
        assertThat(Files.readAllLines(task.directories().stdout())).containsExactly("0", "end");
        allowing.destroy(handle);
    }

    @Test
    void processes_and_memory_of_the_machine_are_shared_where_the_task_asks_for_it() throws Exception {
        var config = config("/bin/sh", List.of("-c", "readlink /proc/self/ns/pid /proc/self/ns/ipc; exec sleep 1000"));
        config.put("pid_mode", "host");
        config.put("ipc_mode", "host");
        var task = machine.task("web", config);
        var handle = driver.start(task);
        DriverMachine.await(
                () -> Files.readAllLines(task.directories().stdout()).size() == 2);
        assertThat(Files.readAllLines(task.directories().stdout()))
                .containsExactly(
                        Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString(),
                        Files.readSymbolicLink(Path.of("/proc/self/ns/ipc")).toString());
        driver.stop(handle, "SIGTERM", DriverMachine.DEADLINE);
        assertThat(DriverMachine.exit(driver, handle).signal()).isEqualTo(15);
        driver.destroy(handle);
        config.put("pid_mode", "mine");
        assertThat(driver.validate(config))
                .containsExactly("config key \"pid_mode\" must be \"private\" or \"host\", not \"mine\"");
    }

    @Test
    void what_lies_in_the_agents_directories_is_hidden_even_below_a_visible_one() throws Exception {
        Files.createDirectories(temporary.resolve("visible/hidden"));
        Files.writeString(temporary.resolve("visible/hidden/secret"), "hush");
        Files.writeString(temporary.resolve("visible/open"), "open\n");
        var standard = IsolationSettings.standard();
        var visible = new TreeMap<>(standard.visible());
        visible.put(temporary.resolve("visible"), Path.of("/srv/visible"));
        var hiding = new ExecDriver(
                machine.tasks,
                new ExecDriver.Settings(
                        UserPolicy.unprivileged(),
                        new IsolationSettings(
                                visible,
                                List.of(temporary.resolve("visible/hidden")),
                                EnumSet.noneOf(Capability.class),
                                standard.processes(),
                                standard.memory(),
                                false)));
        var task = task("cat /srv/visible/open; ls /srv/visible /srv/visible/hidden");
        var handle = hiding.start(task);
        assertThat(DriverMachine.exit(hiding, handle).successful()).isTrue();
        assertThat(Files.readAllLines(task.directories().stdout()))
                .containsExactly("open", "/srv/visible:", "hidden", "open", "", "/srv/visible/hidden:");
        hiding.destroy(handle);
    }

    @Test
    void tasks_write_through_a_volume_share_it_and_cannot_change_one_they_only_read() throws Exception {
        var shared = Files.createDirectory(temporary.resolve("shared"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        var writer = task("echo from the task > /srv/data/file")
                .withVolumes(List.of(new TaskVolume(shared, Path.of("/srv/data"), false)));
        var first = driver.start(writer);
        assertThat(DriverMachine.exit(driver, first).successful()).isTrue();
        driver.destroy(first);
        assertThat(shared.resolve("file")).hasContent("from the task\n");

        var reader = task("cat /certs/file; exec 2>&1; touch /certs/new; rm /certs/file; echo x > /certs/file")
                .withVolumes(List.of(new TaskVolume(shared, Path.of("/certs"), true)));
        var second = driver.start(reader);
        assertThat(DriverMachine.exit(driver, second).successful()).isFalse();
        driver.destroy(second);
        var lines = Files.readAllLines(reader.directories().stdout());
        assertThat(lines.getFirst()).isEqualTo("from the task");
        assertThat(lines.subList(1, lines.size())).hasSize(3).allMatch(line -> line.contains("Read-only file system"));
        assertThat(shared).isDirectoryContaining(file -> file.endsWith("file"));
        assertThat(shared.resolve("file")).hasContent("from the task\n");
        assertThat(mounts()).isEmpty();
    }

    @Test
    void a_volume_hides_the_agents_own_data_and_takes_no_place_that_is_the_tasks() throws Exception {
        var open = Files.createDirectory(temporary.resolve("open"));
        Files.createDirectory(open.resolve("hidden"));
        Files.writeString(open.resolve("hidden/secret"), "hush");
        var hiding = new ExecDriver(
                machine.tasks,
                new ExecDriver.Settings(
                        UserPolicy.unprivileged(),
                        IsolationSettings.standard().hiding(List.of(open.resolve("hidden")))));
        var task = task("ls /open /open/hidden").withVolumes(List.of(new TaskVolume(open, Path.of("/open"), false)));
        var handle = hiding.start(task);
        assertThat(DriverMachine.exit(hiding, handle).successful()).isTrue();
        assertThat(Files.readAllLines(task.directories().stdout()))
                .containsExactly("/open:", "hidden", "", "/open/hidden:");
        hiding.destroy(handle);
        assertThat(open.resolve("hidden/secret")).hasContent("hush");

        var taken = task("true").withVolumes(List.of(new TaskVolume(open, Path.of("/local/open"), true)));
        assertThatThrownBy(() -> driver.start(taken))
                .hasStackTraceContaining("cannot be shown at /local/open, since the task has /local of its own");
        var missing = task("true").withVolumes(List.of(new TaskVolume(open, Path.of("/etc/no-such-place"), true)));
        assertThatThrownBy(() -> driver.start(missing))
                .hasStackTraceContaining("nothing can be shown at /etc/no-such-place");
    }

    @Test
    void a_program_that_cannot_run_is_told_with_what_the_task_sees() throws Exception {
        var unknown = machine.task("web", config("no-such-program", List.of()));
        assertThatThrownBy(() -> driver.start(unknown))
                .hasMessageContaining("was not found in /local/no-such-program, /no-such-program")
                .hasMessageContaining("as the task sees the machine");
        var broken = machine.task("web", config("local/broken", List.of()));
        var program = broken.directories().local().resolve("broken");
        Files.writeString(program, "no program");
        assertThat(program.toFile().setExecutable(true, false)).isTrue();
        assertThatThrownBy(() -> driver.start(broken))
                .hasMessageContaining("cannot start /local/broken")
                .hasMessageContaining("ENOEXEC")
                .hasMessageContaining("#!/bin/sh");
        assertThat(broken.directories().driverState()).doesNotExist();
    }

    /** Roots of tasks of this test. */
    private List<String> mounts() {
        try {
            return Files.readAllLines(Path.of("/proc/self/mounts"), StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.contains("/root tmpfs") && line.contains(temporary.toString()))
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private List<String> output(String script) throws Exception {
        var task = task(script);
        var handle = driver.start(task);
        DriverMachine.exit(driver, handle);
        var lines = new ArrayList<>(Files.readAllLines(task.directories().stdout()));
        driver.destroy(handle);
        return lines;
    }

    private TaskContext task(String script) throws IOException {
        return machine.task("web", config("/bin/sh", List.of("-c", script)));
    }

    private static TreeMap<String, Object> config(String command, List<String> arguments) {
        return new TreeMap<>(Map.of("command", command, "args", arguments));
    }
}
