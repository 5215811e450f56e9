package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Job;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Snapshot;
import java.util.List;
import java.util.TreeMap;

/** Whether instances of older versions of a job go on with the newest one. Remembers its answers; for one evaluation. */
final class Succession {
    private final Snapshot snapshot;
    private final Job job;
    private final TreeMap<String, Consequence> known = new TreeMap<>();
    private final TreeMap<String, Feasibility> feasibility = new TreeMap<>();
    private final TreeMap<AllocationId, Consequence> tooClose = new TreeMap<>();

    Succession(Snapshot snapshot, Job job) {
        this.snapshot = snapshot;
        this.job = job;
    }

    /** What the job's newest version means for any instance of the version that this one has, wherever it is. */
    Consequence ofVersion(Allocation allocation, TaskGroup group) {
        var before = snapshot.jobOf(allocation);
        if (before.isEmpty()) {
            return new Consequence(List.of("its version " + allocation.jobVersion() + " is not known any more"));
        }
        return known.computeIfAbsent(
                allocation.jobVersion() + "/" + group.name(),
                key -> Consequence.of(before.get().spec(), job.spec(), group.name()));
    }

    /** What the job's newest version means for an instance of an older one. */
    Consequence of(Allocation allocation, TaskGroup group) {
        var consequence = tooClose.getOrDefault(allocation.id(), ofVersion(allocation, group));
        if (!consequence.inPlace()) {
            return consequence;
        }
        var fitting = feasibility.computeIfAbsent(group.name(), name -> new Feasibility(job.spec(), group));
        boolean everywhere = job.spec().type().everywhere();
        return snapshot.node(allocation.nodeId())
                .flatMap(node -> everywhere ? fitting.refusalOfRunning(node) : fitting.refusal(node))
                .map(Succession::movedFromNode)
                .orElse(consequence);
    }

    private static Consequence movedFromNode(Refusal refusal) {
        return new Consequence(List.of("its node does not fit any more: " + refusal.sentence()));
    }

    /** An instance gives way to others of the job that stay where the newest version does not want them together. */
    void giveWay(Allocation allocation, Refusal tooMany) {
        tooClose.put(allocation.id(), movedFromNode(tooMany));
    }

    boolean isGivingWay(Allocation allocation) {
        return tooClose.containsKey(allocation.id());
    }
}
