package dev.steppe.client.allocation;

import dev.steppe.client.driver.TaskDirectories;
import dev.steppe.model.Task;

/** A task and what is around it, for its hooks. */
public record TaskSite(Surroundings surroundings, Task task, TaskControl control) {

    /** The task's directories, which the allocation's own hooks made before. */
    public TaskDirectories directories() {
        return surroundings
                .directories(task.name())
                .orElseThrow(() -> new IllegalStateException("task " + task.name() + " has no directories"));
    }
}
