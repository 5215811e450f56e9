package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.Job;
import dev.steppe.model.NodeId;
import dev.steppe.model.TaskGroup;
import java.util.Optional;

/**
 * An instance to be placed, of a version of its job, on one certain node when pinned. {@code replaces} is stopped in the
 * same plan when {@code stopsReplaced}. A canary runs beside what it is to replace.
 */
record Missing(
        Job job,
        TaskGroup group,
        String name,
        Optional<Allocation> replaces,
        boolean stopsReplaced,
        boolean canary,
        Optional<NodeId> pinned) {

    /** An instance that takes nobody's place. */
    static Missing fresh(Job job, TaskGroup group, String name) {
        return new Missing(job, group, name, Optional.empty(), false, false, Optional.empty());
    }

    /** In place of one that does not run any more, or that is stopped anyway. */
    static Missing replacing(Job job, TaskGroup group, Allocation old) {
        return new Missing(job, group, old.name(), Optional.of(old), false, false, Optional.empty());
    }

    /** In place of one that runs until this one has a place. */
    static Missing updating(Job job, TaskGroup group, Allocation old) {
        return new Missing(job, group, old.name(), Optional.of(old), true, false, Optional.empty());
    }

    /** On that node and nowhere else. */
    Missing on(NodeId node) {
        return new Missing(job, group, name, replaces, stopsReplaced, canary, Optional.of(node));
    }

    /** To be tried out before the others follow. */
    Missing asCanary() {
        return new Missing(job, group, name, replaces, stopsReplaced, true, pinned);
    }
}
