package dev.steppe.client.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.AllocationId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that a task can use its directories and nobody else's, and that removal follows no link. */
class AllocationDirectoryTest {
    @TempDir
    Path temporary;

    @BeforeEach
    void linuxOnly() {
        assumeTrue(LinuxCalls.isLinux(), "skipped: not Linux");
    }

    @Test
    void removal_takes_secrets_and_links_but_not_what_links_point_to() throws IOException {
        var outside = Files.writeString(temporary.resolve("outside"), "kept");
        var directory = new AllocationDirectory(temporary.resolve("allocations"), new AllocationId("one"));
        directory.create(Optional.empty());
        var task = directory.createTask("web", Optional.empty(), AllocationDirectory.Access.PROCESS);
        Files.writeString(task.secrets().resolve("token"), "hush");
        Files.createSymbolicLink(task.local().resolve("link"), outside);
        Files.createSymbolicLink(task.local().resolve("root"), temporary);
        assertThat(AllocationDirectory.existing(temporary.resolve("allocations")))
                .containsExactly(new AllocationId("one"));
        directory.destroy();
        directory.destroy();
        assertThat(directory.path()).doesNotExist();
        assertThat(outside).hasContent("kept");
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(temporary.toString());
    }

    @Test
    void a_task_cannot_replace_its_secrets_directory_nor_see_another_users() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root to change users");
        try (var machine = new DriverMachine(temporary)) {
            var driver = new RawExecDriver(machine.tasks, RawExecDriver.Settings.development());
            var other = dev.steppe.io.linux.Account.find("daemon");
            var victim = machine.directory.createTask("victim", other, AllocationDirectory.Access.PROCESS);
            Files.writeString(victim.secrets().resolve("token"), "hush");
            var script = "mv secrets stolen || echo kept; cat " + victim.secrets() + "/token || echo hidden; ls "
                    + victim.local() + " || echo closed";
            var task = machine.task("web", new TreeMap<>(Map.of("command", "/bin/sh", "args", List.of("-c", script))));
            var handle = driver.start(task);
            assertThat(DriverMachine.exit(driver, handle).successful()).isTrue();
            assertThat(Files.readAllLines(task.directories().stdout())).containsExactly("kept", "hidden", "closed");
            driver.destroy(handle);
        }
    }

    @Test
    void secrets_are_in_memory_where_the_agent_may_mount() throws IOException {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root to mount");
        var directory = new AllocationDirectory(temporary.resolve("allocations"), new AllocationId("one"));
        directory.create(Optional.empty());
        var task = directory.createTask("web", Optional.empty(), AllocationDirectory.Access.PROCESS);
        assertThat(Files.getFileStore(task.secrets()).type()).isEqualTo("tmpfs");
        assertThat(directory.createTask("web", Optional.empty(), AllocationDirectory.Access.PROCESS))
                .isEqualTo(task);
        directory.destroy();
    }
}
