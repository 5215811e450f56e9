package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.Constraint;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Whether a blocked evaluation is worth another look because of what changed on nodes. For one evaluation and snapshot. */
public final class Unblocking {
    private final Snapshot snapshot;
    private final Job job;
    private final boolean mayEvict;
    private final List<Wanted> wanted = new ArrayList<>();

    private record Wanted(Feasibility feasibility, Fit fit) {}

    /** Of the groups that found no place, as each version of the job has them: older ones are placed again while a newer one is on trial. */
    public Unblocking(Snapshot snapshot, Evaluation blocked, Job job) {
        this.snapshot = snapshot;
        this.job = job;
        var configuration = snapshot.schedulerConfiguration();
        mayEvict = configuration.preemption().isFor(job.spec().type());
        for (Job version : snapshot.historyOf(job.key())) {
            for (TaskGroup group : version.spec().taskGroups()) {
                if (blocked.failedGroups().containsKey(group.name())) {
                    wanted.add(new Wanted(new Feasibility(version.spec(), group), new Fit(group, configuration)));
                }
            }
        }
    }

    /** True when an instance of such a group would fit on the node now, or would after others had made room. */
    public boolean mayHelp(Node node) {
        return node.isEligible()
                && wanted.stream().anyMatch(it -> it.feasibility().refusal(node).isEmpty() && hasRoom(it.fit(), node));
    }

    /** True when those evict whose priority is high enough. */
    public boolean mayEvict() {
        return mayEvict;
    }

    /** True when what ends on one node may make room for it on another. */
    public boolean looksBeyondNodes() {
        return wanted.stream()
                .flatMap(it -> it.feasibility().ofPlacements().stream())
                .map(Constraint::operand)
                .anyMatch("distinct_property"::equals);
    }

    /** With what it has, or would have after those are gone whom it replaces or may evict. */
    private boolean hasRoom(Fit fit, Node node) {
        var present = new ArrayList<Allocation>();
        var usage = snapshot.usage(node.id());
        for (Allocation allocation : snapshot.allocationsOn(node.id())) {
            if (allocation.holdsResources() && mayBeReplaced(allocation)) {
                usage = usage.minus(allocation);
            } else if (allocation.holdsResources()) {
                present.add(allocation);
            }
        }
        if (fit.refusal(node, usage).isEmpty()) {
            return true;
        }
        return mayEvict
                && new Preemption(snapshot, job.key(), job.spec().priority(), fit)
                        .on(node, usage, present, Collections.emptySortedMap())
                        .isPresent();
    }

    /** Its own successor takes its place. */
    private boolean mayBeReplaced(Allocation allocation) {
        return allocation.jobKey().equals(job.key())
                && (allocation.jobVersion() != job.version()
                        || allocation.desiredTransition().migrate());
    }
}
