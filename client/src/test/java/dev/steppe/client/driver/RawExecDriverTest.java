package dev.steppe.client.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that plain programs run unprivileged, are adopted by handle, and end as asked. */
class RawExecDriverTest {
    @TempDir
    Path temporary;

    private DriverMachine machine;
    private RawExecDriver driver;

    @BeforeEach
    void open() throws IOException {
        assumeTrue(LinuxCalls.isLinux(), "skipped: not Linux");
        machine = new DriverMachine(temporary);
        driver = new RawExecDriver(machine.tasks, RawExecDriver.Settings.development());
    }

    @AfterEach
    void close() throws IOException {
        if (machine != null) {
            machine.close();
        }
    }

    @Test
    void a_volume_is_refused_since_the_task_sees_the_machine_as_it_is() throws Exception {
        var task = machine.task("web", shell("true"))
                .withVolumes(List.of(new TaskVolume(temporary, Path.of("/srv"), true)));
        assertThatThrownBy(() -> driver.start(task))
                .hasMessageContaining("driver raw_exec shows tasks the machine as it is here and mounts no volumes");
    }

    @Test
    void a_task_runs_in_its_directory_as_the_unprivileged_default_and_its_output_is_kept() throws Exception {
        var task = machine.task(
                "web",
                shell(
                        "id -u; pwd; touch here local/a tmp/b secrets/c ../alloc/data/d ../alloc/e && echo written; exit 3"));
        var handle = driver.start(task);
        assertThat(DriverMachine.exit(driver, handle).exitCode()).isEqualTo(3);
        var lines = Files.readAllLines(task.directories().stdout());
        assertThat(lines)
                .containsExactly(
                        Integer.toString(UserPolicy.unprivileged()
                                .defaultAccount()
                                .map(account -> account.uid())
                                .orElse(LinuxCalls.effectiveUser())),
                        task.directories().task().toString(),
                        "written");
        driver.destroy(handle);
    }

    @Test
    void a_handle_kept_as_text_adopts_the_task_and_stops_it() throws Exception {
        var handle = driver.start(machine.task("web", shell("exec sleep 1000")));
        try (var later = new ProcessTasks(machine.tasks.cgroups().map(groups -> groups.parent()))) {
            var adopting = new RawExecDriver(later, RawExecDriver.Settings.development());
            var read = new DriverHandle(handle.driver(), new TreeMap<>(handle.values()));
            adopting.recover(read);
            assertThat(adopting.usage(read).processes()).isEqualTo(1);
            adopting.stop(read, "SIGTERM", DriverMachine.DEADLINE);
            var exit = DriverMachine.exit(adopting, read);
            assertThat(exit.signal()).isEqualTo(15);
            assertThat(exit.successful()).isFalse();
            adopting.destroy(read);
            assertThatThrownBy(() -> adopting.recover(read)).hasMessageContaining("is gone");
        }
    }

    @Test
    void root_is_refused_with_the_remedy_and_an_unknown_user_by_name() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root to change users");
        for (String root : List.of("root", "0")) {
            var task = machine.task("web", shell("true"), Optional.of(root));
            assertThatThrownBy(() -> driver.start(task))
                    .isInstanceOfSatisfying(
                            DriverException.class,
                            refused -> assertThat(refused.recoverable()).isFalse())
                    .hasMessageContaining("user \"" + root + "\" is refused")
                    .hasMessageContaining("allow_root = true");
        }
        var task = machine.task("web", shell("true"), Optional.of("no-such-user"));
        assertThatThrownBy(() -> driver.start(task)).hasMessageContaining("user \"no-such-user\" does not exist");
        assertThat(task.directories().driverState()).doesNotExist();
    }

    @Test
    void root_is_possible_where_the_node_allows_it() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root to change users");
        var allowing = new RawExecDriver(
                machine.tasks,
                new RawExecDriver.Settings(true, new UserPolicy(true, List.of("nobody")), true, List.of()));
        var task = machine.task("web", shell("id -u"), Optional.of("root"));
        var handle = allowing.start(task);
        assertThat(DriverMachine.exit(allowing, handle).successful()).isTrue();
        assertThat(task.directories().stdout()).hasContent("0\n");
        allowing.destroy(handle);
    }

    @Test
    void a_hard_limit_and_cores_that_nothing_would_hold_are_refused() throws Exception {
        var without = new RawExecDriver(
                machine.tasks, new RawExecDriver.Settings(true, UserPolicy.unprivileged(), false, List.of()));
        var task = machine.task("web", new TreeMap<>(Map.of("command", "/bin/true", "cpu_hard_limit", "true")));
        assertThatThrownBy(() -> without.start(task))
                .hasMessageContaining("config key \"cpu_hard_limit\" needs a control group");
        var alone = withOwnCore(machine.task("alone", shell("true")));
        assertThatThrownBy(() -> without.start(alone))
                .hasMessageContaining("resources { cores } needs a control group");
        try (var noGroups = new ProcessTasks(Optional.empty())) {
            assertThat(noGroups.sharedCores().orElseThrow()).contains("no control groups");
        }
    }

    private static TaskContext withOwnCore(TaskContext task) {
        return new TaskContext(
                task.allocation(),
                task.taskName(),
                task.config(),
                task.environment(),
                task.user(),
                task.directories(),
                task.network(),
                task.ports(),
                new TaskResources(100, 128, 128, 1, "0"),
                task.volumes());
    }

    @Test
    void unknown_and_wrong_config_is_refused_by_name() {
        assertThat(driver.validate(new TreeMap<>(Map.of("comand", "x", "args", "no list", "other", "y"))))
                .containsExactly(
                        "config key \"command\" is missing",
                        "config key \"args\" must be a list of strings",
                        "config key \"comand\" is not known (did you mean \"command\"?)",
                        "config key \"other\" is not known; known are args, command, cpu_hard_limit, denied_envvars,"
                                + " work_dir");
    }

    @Test
    void a_program_that_does_not_exist_is_refused_with_the_places_looked_at() throws Exception {
        var task = machine.task("web", new TreeMap<>(Map.of("command", "no-such-program")));
        assertThatThrownBy(() -> driver.start(task))
                .hasMessageContaining("command \"no-such-program\" was not found in")
                .hasMessageContaining("/usr/bin/no-such-program");
    }

    @Test
    void a_hard_limit_and_reserved_memory_are_set_where_there_are_control_groups() throws Exception {
        assumeTrue(
                machine.tasks.cgroups().filter(groups -> groups.version() > 0).isPresent(),
                "skipped: needs root and control groups");
        var config = shell("exec sleep 1000");
        config.put("cpu_hard_limit", true);
        var handle = driver.start(machine.task("web", config));
        var group = machine.tasks.cgroups().orElseThrow().find(machine.allocation + ".web");
        var written = new TreeMap<String, String>();
        for (Path directory : group.directories()) {
            for (String file : List.of("cpu.cfs_quota_us", "cpu.max", "memory.soft_limit_in_bytes", "memory.low")) {
                if (Files.exists(directory.resolve(file))) {
                    written.put(file, Files.readString(directory.resolve(file)).trim());
                }
            }
        }
        assertThat(written.values()).contains(Integer.toString(128 << 20));
        assertThat(written.values()).containsAnyOf("100000", "100000 100000");
        driver.stop(handle, "SIGKILL", DriverMachine.DEADLINE);
        driver.destroy(handle);
    }

    @Test
    void memory_that_runs_out_is_told_with_its_numbers() throws Exception {
        assumeTrue(
                machine.tasks.cgroups().filter(groups -> groups.version() > 0).isPresent(),
                "skipped: needs root and control groups");
        var handle = driver.start(machine.task("web", shell("x=0123456789abcdef; while :; do x=$x$x; done")));
        var exit = DriverMachine.exit(driver, handle);
        assertThat(exit.oomKilled()).isTrue();
        assertThat(exit.memoryExplanation())
                .contains("OOM killed: limit 128 MiB, used at most 128 MiB, 1 process killed");
        driver.destroy(handle);
    }

    @Test
    void without_control_groups_the_whole_tree_still_ends() throws Exception {
        var without = new RawExecDriver(
                machine.tasks, new RawExecDriver.Settings(true, UserPolicy.unprivileged(), false, List.of()));
        var task = machine.task("web", shell("(sleep 1000 & echo $! ; wait) & wait"));
        var handle = without.start(task);
        DriverMachine.await(() -> !Files.readString(task.directories().stdout()).isEmpty());
        long child =
                Long.parseLong(Files.readString(task.directories().stdout()).trim());
        assertThat(ProcessHandle.of(child)).isPresent();
        without.stop(handle, "SIGINT", Duration.ofMillis(1));
        without.destroy(handle);
        DriverMachine.await(() -> ProcessHandle.of(child).isEmpty());
        assertThat(machine.tasks
                        .cgroups()
                        .map(groups -> groups.find(machine.allocation + ".web").directories()))
                .satisfiesAnyOf(
                        none -> assertThat(none).isEmpty(),
                        empty -> assertThat(empty.orElseThrow()).isEmpty());
    }

    @Test
    void a_node_has_to_opt_in() throws Exception {
        var off = new RawExecDriver(machine.tasks, RawExecDriver.Settings.standard());
        assertThat(off.fingerprint().detected()).isFalse();
        assertThat(driver.fingerprint().attributes()).containsEntry("driver.raw_exec", "1");
        var task = machine.task("web", shell("true"));
        assertThatThrownBy(() -> off.start(task)).hasMessageContaining("enabled = true");
    }

    @Test
    void denied_variables_do_not_reach_the_task_and_odd_names_are_cleaned() throws Exception {
        var config = shell("env");
        config.put("denied_envvars", List.of("AWS_*", "TOKEN"));
        var environment = new TreeMap<>(
                Map.of("AWS_KEY", "1", "TOKEN", "2", "NOMAD_META_a-b", "3", "KEPT", "4", "OF_THE_NODE_X", "5"));
        var task = machine.task("web", config).withEnvironment(environment);
        var denying = new RawExecDriver(
                machine.tasks,
                new RawExecDriver.Settings(true, UserPolicy.unprivileged(), true, List.of("OF_THE_NODE_*")));
        var handle = denying.start(task);
        assertThat(DriverMachine.exit(driver, handle).successful()).isTrue();
        assertThat(Files.readAllLines(task.directories().stdout()))
                .contains("NOMAD_META_a_b=3", "KEPT=4")
                .noneMatch(line -> line.startsWith("AWS") || line.startsWith("TOKEN") || line.startsWith("OF_THE"));
        driver.destroy(handle);
    }

    private static TreeMap<String, Object> shell(String script) {
        return new TreeMap<>(Map.of("command", "/bin/sh", "args", List.of("-c", script)));
    }
}
