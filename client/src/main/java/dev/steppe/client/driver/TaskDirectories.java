package dev.steppe.client.driver;

import java.nio.file.Path;

/**
 * Where a task's files are, all existing before it starts: its own directory with {@code local}, {@code tmp} and {@code
 * secrets}, the directory all tasks of the allocation share, the files its output is appended to, and a place for the
 * driver's private state that survives the agent but not the allocation.
 */
public record TaskDirectories(
        Path task, Path local, Path tmp, Path secrets, Path shared, Path stdout, Path stderr, Path driverState) {
    private static final Path NOWHERE = Path.of("/dev/null");

    /** The same, with the output thrown away. */
    public TaskDirectories withoutOutput() {
        return new TaskDirectories(task, local, tmp, secrets, shared, NOWHERE, NOWHERE, driverState);
    }
}
