package dev.steppe.client.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.io.linux.Account;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.AllocationId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A node as drivers see it: directories, control groups below a parent of its own, and the wish to leave nothing. */
final class DriverMachine implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(60);

    final ProcessTasks tasks;
    final AllocationDirectory directory;
    final AllocationId allocation = new AllocationId("a-" + System.nanoTime());

    DriverMachine(Path temporary) throws IOException {
        // Tests live below directories of root; the task's user has to get through.
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        tasks = new ProcessTasks(
                Optional.of("steppe-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime()));
        directory = new AllocationDirectory(temporary.resolve("allocations"), allocation);
        directory.create(Optional.empty());
    }

    TaskContext task(String name, SortedMap<String, Object> config) throws IOException {
        return task(name, config, Optional.empty());
    }

    TaskContext task(String name, SortedMap<String, Object> config, Optional<String> user) throws IOException {
        return task(name, config, user, UserPolicy.unprivileged().defaultAccount());
    }

    TaskContext task(String name, SortedMap<String, Object> config, Optional<String> user, Optional<Account> account)
            throws IOException {
        var directories = directory.createTask(name, account, AllocationDirectory.Access.PROCESS);
        return new TaskContext(
                allocation,
                name,
                config,
                new TreeMap<>(),
                user,
                directories,
                Optional.empty(),
                java.util.List.of(),
                TaskResources.of(100, 128),
                java.util.List.of());
    }

    static ExitResult exit(Driver driver, DriverHandle handle) throws Exception {
        var ended = new CompletableFuture<ExitResult>();
        driver.watch(handle, ended::complete);
        return ended.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!holds(condition)) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            LockSupport.parkNanos(2_000_000);
        }
    }

    /** A file that nobody has written yet says nothing. */
    private static boolean holds(Condition condition) throws Exception {
        try {
            return condition.holds();
        } catch (NoSuchFileException notYet) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        tasks.close();
        directory.destroy();
        assertThat(directory.path()).doesNotExist();
        if (LinuxCalls.isRoot() && tasks.cgroups().isPresent()) {
            assertThat(tasks.cgroups().get().existing()).isEmpty();
            tasks.cgroups().get().removeParent();
        }
    }
}
