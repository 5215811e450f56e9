package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Job;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.UpdateStrategy;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares what a job wants with what there is, group by group. Says which instances are to be placed, stopped or moved
 * to the job's version, not where. Level-triggered: it looks at the state only, so it may run as often as one likes.
 */
final class Reconciler {
    private final Snapshot snapshot;
    private final Job job;
    private final Instant now;
    private final Succession succession;
    private final Rescheduling rescheduling;
    private final Changes changes;

    /** With {@code replacesFailed}, failed instances are replaced at once whatever their policy says. */
    Reconciler(
            Snapshot snapshot, Job job, Instant now, Succession succession, boolean replacesFailed, Changes changes) {
        this.snapshot = snapshot;
        this.job = job;
        this.now = now;
        this.succession = succession;
        this.rescheduling = new Rescheduling(snapshot, job, now, replacesFailed);
        this.changes = changes;
    }

    void run() {
        var byGroup = new TreeMap<String, List<Allocation>>();
        for (Allocation allocation : snapshot.allocationsOf(job.key())) {
            byGroup.computeIfAbsent(allocation.taskGroup(), name -> new ArrayList<>())
                    .add(allocation);
        }
        if (job.stop()) {
            byGroup.values().forEach(all -> all.forEach(changes::stopUnneeded));
            return;
        }
        for (TaskGroup group : job.spec().taskGroups()) {
            var existing = byGroup.remove(group.name());
            if (!job.spec().type().everywhere()) {
                reconcile(group, existing == null ? List.of() : existing);
            }
        }
        byGroup.values().forEach(all -> all.forEach(changes::stopUnneeded));
    }

    /** Stops everything of a job that is not registered any more. */
    static List<Command.Stop> stopAll(List<Allocation> allocations) {
        return allocations.stream()
                .filter(allocation -> !allocation.isTerminal())
                .map(allocation -> new Command.Stop(
                        allocation.id(), DesiredStatus.STOP, "alloc not needed as job is purged", Optional.empty()))
                .toList();
    }

    private void reconcile(TaskGroup group, List<Allocation> existing) {
        var fates = new NodeFates(snapshot, now, changes);
        var sorted = Sorting.of(job, group, existing, fates, rescheduling, changes);
        var kept = keepWanted(group, sorted.running());
        update(group, kept);
        place(group, kept, sorted);
    }

    /** Stops what is beyond the count, and doubles of a name; the lowest numbers stay. */
    private List<Allocation> keepWanted(TaskGroup group, List<Allocation> running) {
        var kept = new ArrayList<Allocation>();
        var names = new TreeSet<String>();
        for (Allocation allocation : running) {
            if (kept.size() < group.count() && names.add(allocation.name())) {
                kept.add(allocation);
            } else {
                changes.stopUnneeded(allocation);
            }
        }
        return kept;
    }

    /** Moves or replaces instances of older versions, as many at a time as the update strategy allows. */
    private void update(TaskGroup group, List<Allocation> kept) {
        var outdated = new ArrayList<Allocation>();
        int unproved = 0;
        for (Allocation allocation : kept) {
            if (allocation.jobVersion() == job.version()) {
                unproved += isHealthy(allocation) ? 0 : 1;
            } else if (allocation.client().status() == ClientStatus.UNKNOWN) {
                // nobody knows whether it has ended: nothing takes its place before it is lost
                unproved++;
            } else if (succession.of(allocation, group).inPlace()) {
                changes.move(allocation, job.version());
            } else {
                outdated.add(allocation);
            }
        }
        int parallel = group.update()
                .or(() -> job.spec().update())
                .map(UpdateStrategy::maxParallel)
                .orElse(job.spec().type().ends() ? 0 : 1);
        int left = parallel == 0 ? Integer.MAX_VALUE : Math.max(0, parallel - unproved);
        for (Allocation allocation : outdated) {
            boolean broken = allocation.client().status() != ClientStatus.RUNNING;
            if (left > 0 || broken) {
                left -= broken ? 0 : 1;
                changes.place(Missing.updating(job, group, allocation));
            }
        }
    }

    static boolean isHealthy(Allocation allocation) {
        return allocation.client().health().flatMap(health -> health.healthy()).orElse(false);
    }

    /** Fills up to the count: replacements of what was lost or failed first, then new names. */
    private void place(TaskGroup group, List<Allocation> kept, Sorting sorted) {
        var taken = new TreeSet<String>(sorted.finished());
        taken.addAll(sorted.waiting());
        kept.forEach(allocation -> taken.add(allocation.name()));
        int free = group.count() - taken.size();
        for (Allocation old : sorted.replaced()) {
            if (free > 0 && old.index() < group.count() && taken.add(old.name())) {
                changes.place(Missing.replacing(job, group, old));
                free--;
            }
        }
        for (int index = 0; index < group.count() && free > 0; index++) {
            String name = job.spec().name() + "." + group.name() + "[" + index + "]";
            if (taken.add(name)) {
                changes.place(Missing.fresh(job, group, name));
                free--;
            }
        }
    }
}
