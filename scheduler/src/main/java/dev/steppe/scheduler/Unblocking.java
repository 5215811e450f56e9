package dev.steppe.scheduler;

import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Snapshot;

/** Whether a blocked evaluation is worth another look because of what changed on one node. */
public final class Unblocking {
    private Unblocking() {}

    /** True when an instance of a group that found no place would fit on the node now. */
    public static boolean mayHelp(Snapshot snapshot, Evaluation blocked, Job job, Node node) {
        if (!node.isEligible()) {
            return false;
        }
        for (TaskGroup group : job.spec().taskGroups()) {
            boolean owed = blocked.failedGroups().containsKey(group.name());
            if (owed
                    && new Feasibility(job.spec(), group).refusal(node).isEmpty()
                    && new Fit(group, snapshot.schedulerConfiguration())
                            .refusal(node, snapshot.usage(node.id()))
                            .isEmpty()) {
                return true;
            }
        }
        return false;
    }
}
