package dev.steppe.client.file;

import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.allocation.TaskSite;

/** Finds the files of a task: where its directories are, how it sees them, and whose they are. May block. */
@FunctionalInterface
public interface FilesOfTasks {
    TaskFiles of(TaskSite site) throws TaskHook.Failure;
}
