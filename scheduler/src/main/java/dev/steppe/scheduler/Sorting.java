package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Job;
import dev.steppe.model.TaskGroup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * The allocations of a group by what is to become of them: {@code kept} ones have a place, since they run, are done, or
 * wait for their turn; {@code replaced} ones need a successor.
 */
record Sorting(List<Allocation> kept, List<Allocation> replaced) {

    private static final Comparator<Allocation> ORDER =
            Comparator.comparingInt(Allocation::index).thenComparing(Allocation::createIndex);

    /** Of several with a name, a successor stands for the newest. */
    private static final Comparator<Allocation> NEWEST_FIRST = Comparator.comparingInt(Allocation::index)
            .thenComparing(Comparator.comparingLong(Allocation::createIndex).reversed());

    /** Looks at allocations of a group; what is lost or wanted elsewhere is stopped at once. */
    static Sorting of(Job job, TaskGroup group, List<Allocation> existing, NodeFates fates, Rescheduling rescheduling) {
        var live = new ArrayList<Allocation>();
        var sorting = new Sorting(new ArrayList<>(), new ArrayList<>());
        for (Allocation allocation : existing) {
            if (allocation.desiredStatus() != DesiredStatus.RUN) {
                sorting.stopped(allocation);
                continue;
            }
            switch (allocation.client().status()) {
                case PENDING, RUNNING, UNKNOWN ->
                    (fates.keepsItsName(allocation, group) ? live : sorting.replaced).add(allocation);
                case COMPLETE -> sorting.complete(job, allocation);
                case FAILED -> sorting.failed(allocation, rescheduling.of(group, allocation), fates.changes());
                case LOST -> sorting.gone(allocation);
            }
        }
        sorting.kept.addAll(reconnected(live, sorting.kept, group, fates));
        sorting.kept.sort(ORDER);
        sorting.replaced.sort(NEWEST_FIRST);
        return sorting;
    }

    /** Of those whose names had been given to a replacement that is there still, one stays. */
    private static List<Allocation> reconnected(
            List<Allocation> live, List<Allocation> ended, TaskGroup group, NodeFates fates) {
        var covered = new TreeSet<String>();
        live.stream().filter(it -> it.next().isPresent()).forEach(it -> covered.add(it.name()));
        var finished = new TreeSet<String>();
        ended.stream()
                .filter(it -> it.client().status() == ClientStatus.COMPLETE)
                .forEach(it -> finished.add(it.name()));
        covered.addAll(finished);
        var left = new ArrayList<Allocation>();
        var back = new ArrayList<Allocation>();
        live.forEach(it -> (covered.contains(it.name()) ? back : left).add(it));
        left.addAll(fates.reconnected(back, finished, group));
        return left;
    }

    /** What was stopped against the job's will still needs a successor when there was no room for one. */
    private void stopped(Allocation allocation) {
        boolean unwilling = allocation.client().status() == ClientStatus.LOST
                || allocation.desiredStatus() == DesiredStatus.EVICT
                || allocation.desiredTransition().migrate();
        if (unwilling) {
            gone(allocation);
        }
    }

    private void gone(Allocation allocation) {
        if (allocation.next().isEmpty()) {
            replaced.add(allocation);
        }
    }

    private void complete(Job job, Allocation allocation) {
        if (!job.spec().type().ends()) {
            gone(allocation);
        } else if (allocation.jobVersion() == job.version()) {
            kept.add(allocation);
        }
    }

    private void failed(Allocation allocation, Rescheduling.Decision decision, Changes changes) {
        switch (decision) {
            case Rescheduling.Decision.Now now -> replaced.add(allocation);
            case Rescheduling.Decision.Later later -> {
                kept.add(allocation);
                changes.retryAt(allocation, later.due());
            }
            case Rescheduling.Decision.NoMore noMore -> kept.add(allocation);
            case Rescheduling.Decision.Updated updated -> kept.add(allocation);
            case Rescheduling.Decision.NotNeeded notNeeded -> {
                // its successor counts, or a newer version takes its place
                if (allocation.next().isPresent()) {
                    changes.stopReconnected(allocation);
                }
            }
        }
    }
}
