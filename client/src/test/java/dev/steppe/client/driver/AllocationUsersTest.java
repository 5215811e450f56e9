package dev.steppe.client.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.AllocationId;
import dev.steppe.model.NumberRanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that each allocation has a user of its own, and that others cannot get to what is its. */
class AllocationUsersTest {
    private static final AllocationUsers.Range RANGE = AllocationUsers.Range.standard();

    @TempDir
    Path temporary;

    @Test
    void users_are_unique_are_kept_and_are_free_again_with_the_directory() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root to give directories to users");
        var two = new AllocationUsers.Range(81_000, 81_001);
        var first =
                new AllocationUsers(temporary, two).claim(new AllocationId("a")).orElseThrow();
        var second =
                new AllocationUsers(temporary, two).claim(new AllocationId("b")).orElseThrow();
        assertThat(List.of(first.uid(), second.uid())).containsExactlyInAnyOrder(81_000, 81_001);
        var later = new AllocationUsers(temporary, two);
        assertThat(later.claim(new AllocationId("a"))).contains(first);
        assertThatThrownBy(() -> later.claim(new AllocationId("c")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("dynamic_user_max");
        new AllocationDirectory(temporary, new AllocationId("b")).destroy();
        assertThat(later.claim(new AllocationId("c")).orElseThrow().uid()).isEqualTo(second.uid());
    }

    @Test
    void tasks_of_one_allocation_share_and_those_of_another_get_nothing() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root to change users");
        try (var machine = new DriverMachine(temporary)) {
            var driver = new RawExecDriver(machine.tasks, RawExecDriver.Settings.development());
            var users = new AllocationUsers(temporary.resolve("allocations"), RANGE);
            var own = users.claim(machine.allocation);
            var other = new AllocationId("other");
            var victim = new AllocationDirectory(temporary.resolve("allocations"), other);
            var files = victim.createTask("web", users.claim(other), AllocationDirectory.Access.PROCESS);
            Files.writeString(files.secrets().resolve("token"), "hush");
            Files.writeString(victim.shared().resolve("data/shared"), "hush");
            var script = "id -u; umask 077; echo mine > ../alloc/data/mine; cat " + files.secrets() + "/token "
                    + victim.shared() + "/data/shared; ls " + victim.path() + " || echo closed";
            assertThat(run(machine, driver, script, own))
                    .containsExactly(own.orElseThrow().uid() + "", "closed");
            assertThat(run(machine, driver, "cat ../alloc/data/mine", own)).containsExactly("mine");
            victim.destroy();
        }
    }

    @Test
    void a_task_with_a_user_of_its_own_choice_still_gets_to_what_its_allocation_shares() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root to change users");
        try (var machine = new DriverMachine(temporary)) {
            var driver = new RawExecDriver(machine.tasks, RawExecDriver.Settings.development());
            var own = new AllocationUsers(temporary.resolve("allocations"), RANGE).claim(machine.allocation);
            var daemon = dev.steppe.io.linux.Account.find("daemon");
            machine.directory.createTask("web", daemon, AllocationDirectory.Access.PROCESS);
            var task = machine.task(
                    "web", shell("id -un; echo x > ../alloc/data/file && echo written"), Optional.of("daemon"), daemon);
            var handle = driver.start(task);
            assertThat(DriverMachine.exit(driver, handle).successful()).isTrue();
            assertThat(Files.readAllLines(task.directories().stdout())).containsExactly("daemon", "written");
            assertThat(own).isPresent();
            driver.destroy(handle);
        }
    }

    @Test
    void a_denied_user_is_refused_by_name() {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root to change users");
        var policy = UserPolicy.unprivileged().denying(NumberRanges.parse("0, 1-5"), NumberRanges.none());
        assertThatThrownBy(() -> policy.account(Optional.of("daemon"), "exec", Optional.empty()))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("user \"daemon\" (uid 1, gid 1) is refused")
                .hasMessageContaining("denied_host_uids");
        assertThatThrownBy(() -> NumberRanges.parse("1,x")).hasMessageContaining("x");
    }

    private static List<String> run(
            DriverMachine machine, Driver driver, String script, Optional<dev.steppe.io.linux.Account> own)
            throws Exception {
        var task = machine.task("web", shell(script), Optional.empty(), own);
        Files.deleteIfExists(task.directories().stdout());
        var handle = driver.start(task);
        DriverMachine.exit(driver, handle);
        var lines = Files.readAllLines(task.directories().stdout());
        driver.destroy(handle);
        return lines;
    }

    private static TreeMap<String, Object> shell(String script) {
        return new TreeMap<>(Map.of("command", "/bin/sh", "args", List.of("-c", script)));
    }
}
