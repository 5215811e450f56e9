package dev.steppe.server;

import dev.steppe.model.Job;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.codec.RecordShape;
import java.util.Optional;
import java.util.function.Function;

/**
 * How a job is registered: only if its modification index is still that one, with which priority of the evaluation instead
 * of the job's, and what of the registered job stays as it is.
 */
public record RegisterOptions(
        Optional<Long> enforceIndex,
        Optional<Integer> evaluationPriority,
        boolean preserveCounts,
        boolean preserveResources) {

    /** Whatever is registered now, the job is taken as it is given. */
    public static RegisterOptions none() {
        return enforcing(Optional.empty());
    }

    /** The job is taken as it is given if the registered one has this modification index. */
    public static RegisterOptions enforcing(Optional<Long> index) {
        return new RegisterOptions(index, Optional.empty(), false, false);
    }

    /** The job as it is to be, given the one that is registered. */
    public JobSpec applied(JobSpec wanted, Optional<Job> registered) {
        if (registered.isEmpty() || !preserveCounts && !preserveResources) {
            return wanted;
        }
        JobSpec before = registered.get().spec();
        var groups = wanted.taskGroups().stream()
                .map(group -> before.group(group.name())
                        .map(known -> kept(group, known))
                        .orElse(group))
                .toList();
        return with(wanted, "taskGroups", groups);
    }

    private TaskGroup kept(TaskGroup wanted, TaskGroup before) {
        TaskGroup group = preserveCounts ? with(wanted, "count", before.count()) : wanted;
        if (!preserveResources) {
            return group;
        }
        Function<Task, Task> kept = task -> before.task(task.name())
                .map(known -> with(task, "resources", known.resources()))
                .orElse(task);
        return with(group, "tasks", group.tasks().stream().map(kept).toList());
    }

    private static <T extends Record> T with(T record, String component, Object value) {
        return RecordShape.with(record, component, value);
    }
}
