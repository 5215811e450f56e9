package dev.steppe.client.driver;

import java.nio.file.Path;

/**
 * Where a task finds its directories, as it is told in its environment, and whether it inherits parts of the machine's
 * environment (a container has one of its own).
 */
public record TaskView(Path shared, Path local, Path secrets, boolean machineEnvironment) {

    /** A view of its own on the machine's programs. */
    static TaskView isolated() {
        return new TaskView(Path.of("/alloc"), Path.of("/local"), Path.of("/secrets"), true);
    }
}
