package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Job;
import dev.steppe.model.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The allocations of a group by what is to become of them: {@code running} ones go on or are updated, {@code replaced} ones
 * need a successor. Nobody else gets the names of those that are {@code finished} or {@code waiting} for their turn.
 */
record Sorting(List<Allocation> running, List<Allocation> replaced, TreeSet<String> finished, TreeSet<String> waiting) {

    /** Looks at all allocations of a group; what is lost or wanted elsewhere is stopped at once. */
    static Sorting of(
            Job job,
            TaskGroup group,
            List<Allocation> existing,
            NodeFates fates,
            Rescheduling rescheduling,
            Changes changes) {
        var sorting = new Sorting(new ArrayList<>(), new ArrayList<>(), new TreeSet<>(), new TreeSet<>());
        for (Allocation allocation : existing) {
            if (allocation.desiredStatus() != DesiredStatus.RUN) {
                continue;
            }
            switch (allocation.client().status()) {
                case PENDING, RUNNING, UNKNOWN ->
                    (fates.keepsItsName(allocation, group) ? sorting.running : sorting.replaced).add(allocation);
                case COMPLETE -> sorting.complete(job, allocation);
                case FAILED -> sorting.failed(allocation, rescheduling.of(group, allocation), changes);
                case LOST -> {
                    if (allocation.next().isEmpty()) {
                        sorting.replaced.add(allocation);
                    }
                }
            }
        }
        var running = fates.reconnected(sorting.running, sorting.finished, group);
        return new Sorting(running, sorting.replaced, sorting.finished, sorting.waiting);
    }

    private void complete(Job job, Allocation allocation) {
        if (job.spec().type().ends() && allocation.jobVersion() == job.version()) {
            finished.add(allocation.name());
        } else if (!job.spec().type().ends()) {
            replaced.add(allocation);
        }
    }

    private void failed(Allocation allocation, Rescheduling.Decision decision, Changes changes) {
        switch (decision) {
            case Rescheduling.Decision.Now now -> replaced.add(allocation);
            case Rescheduling.Decision.Later later -> {
                waiting.add(allocation.name());
                changes.retryAt(later.due());
            }
            case Rescheduling.Decision.NoMore noMore -> waiting.add(allocation.name());
            case Rescheduling.Decision.NotNeeded notNeeded -> {
                // its successor counts, or a newer version takes its place
                if (allocation.next().isPresent()) {
                    changes.stopReconnected(allocation);
                }
            }
        }
    }
}
