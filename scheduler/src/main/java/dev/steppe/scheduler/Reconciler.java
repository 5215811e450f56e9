package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Job;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Compares what a job wants with what there is, group by group. Says which instances are to be placed, stopped or moved
 * to the job's version, not where. Level-triggered: it looks at the state only, so it may run as often as one likes.
 */
final class Reconciler {
    private final NodeFates fates;
    private final Job job;
    private final Succession succession;
    private final Rescheduling rescheduling;
    private final Rollout rollout;
    private final Changes changes;

    Reconciler(NodeFates fates, Job job, Succession succession, Rescheduling rescheduling, Rollout rollout) {
        this.fates = fates;
        this.job = job;
        this.succession = succession;
        this.rescheduling = rescheduling;
        this.rollout = rollout;
        this.changes = fates.changes();
    }

    void run() {
        var byGroup = new TreeMap<String, List<Allocation>>();
        for (Allocation allocation : fates.snapshot().allocationsOf(job.key())) {
            if (!allocation.isTerminal() || job.tookOver(allocation)) {
                byGroup.computeIfAbsent(allocation.taskGroup(), name -> new ArrayList<>())
                        .add(allocation);
            }
        }
        if (!job.stop()) {
            for (TaskGroup group : job.spec().taskGroups()) {
                var existing = byGroup.remove(group.name());
                reconcile(group, existing == null ? List.of() : existing);
            }
        }
        byGroup.values().forEach(all -> all.forEach(changes::stopUnneeded));
    }

    private void reconcile(TaskGroup group, List<Allocation> existing) {
        if (job.spec().type().everywhere()) {
            everywhere(group, existing);
        } else {
            new GroupReconciler(fates, job, group, succession, rescheduling, rollout).run(existing);
        }
    }

    /** Each number for itself: a group may want several instances on each node. */
    private void everywhere(TaskGroup group, List<Allocation> existing) {
        var byNumber = new TreeMap<Integer, List<Allocation>>();
        for (int number = 0; number < Math.max(1, group.count()); number++) {
            byNumber.put(number, new ArrayList<>());
        }
        existing.forEach(it -> byNumber.computeIfAbsent(it.index(), number -> new ArrayList<>())
                .add(it));
        var each = new ArrayList<Everywhere>();
        byNumber.forEach((number, all) ->
                each.add(new Everywhere(fates, job, group, number, succession, rescheduling, rollout, all)));
        each.forEach(Everywhere::compare);
        var others = Everywhere.others(fates, job, group);
        each.forEach(it -> it.run(others));
    }

    /** Stops everything of a job that is not registered any more. */
    static List<Command.Stop> stopAll(List<Allocation> allocations) {
        return allocations.stream()
                .filter(allocation -> !allocation.isTerminal())
                .map(allocation -> new Command.Stop(
                        allocation.id(), DesiredStatus.STOP, "alloc not needed as job is purged", Optional.empty()))
                .toList();
    }
}
