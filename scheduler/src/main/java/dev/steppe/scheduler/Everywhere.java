package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.UpdateStrategy;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Compares what a job that wants one instance on every fitting node has with what it lacks. A node that does not fit is
 * left out, not failed on; one that takes nothing new keeps what it runs; one that is down loses its instance and gets
 * another when it is back.
 */
final class Everywhere {
    private final Snapshot snapshot;
    private final Job job;
    private final Succession succession;
    private final List<Reconciler.Missing> missing = new ArrayList<>();
    private final List<Command.Stop> stopped = new ArrayList<>();
    private final List<Command.Move> moved = new ArrayList<>();

    Everywhere(Snapshot snapshot, Job job, Succession succession) {
        this.snapshot = snapshot;
        this.job = job;
        this.succession = succession;
    }

    List<Reconciler.Missing> missing() {
        return missing;
    }

    List<Command.Stop> stopped() {
        return stopped;
    }

    List<Command.Move> moved() {
        return moved;
    }

    void run() {
        job.spec().taskGroups().forEach(this::reconcile);
    }

    private void reconcile(TaskGroup group) {
        var live = new TreeMap<NodeId, Allocation>();
        var done = new TreeMap<NodeId, Allocation>();
        for (Allocation allocation : snapshot.allocationsOf(job.key())) {
            if (!allocation.taskGroup().equals(group.name())) {
                continue;
            }
            if (isDone(allocation)) {
                done.put(allocation.nodeId(), allocation);
            } else if (!allocation.isTerminal()) {
                var twin = live.put(allocation.nodeId(), allocation);
                if (twin != null) {
                    stop(twin, "alloc not needed due to job update");
                }
            }
        }
        var feasibility = new Feasibility(job.spec(), group);
        var outdated = new ArrayList<Allocation>();
        live.values().forEach(allocation -> look(group, allocation, feasibility, outdated));
        replace(group, live, outdated);
        if (group.count() == 0) {
            return;
        }
        for (Node node : snapshot.nodes()) {
            boolean wanted = !live.containsKey(node.id()) && !done.containsKey(node.id());
            if (wanted && node.isEligible() && feasibility.refusal(node).isEmpty()) {
                missing.add(
                        new Reconciler.Missing(group, name(group), Optional.empty(), false, Optional.of(node.id())));
            }
        }
    }

    private String name(TaskGroup group) {
        return job.spec().name() + "." + group.name() + "[0]";
    }

    /** An instance that is to end runs its course once for each version of the job. */
    private boolean isDone(Allocation allocation) {
        return job.spec().type().ends()
                && allocation.client().status() == ClientStatus.COMPLETE
                && allocation.desiredStatus() == DesiredStatus.RUN
                && allocation.jobVersion() == job.version();
    }

    private void look(TaskGroup group, Allocation allocation, Feasibility feasibility, List<Allocation> outdated) {
        var node = snapshot.node(allocation.nodeId());
        if (node.isEmpty() || node.get().status() == NodeStatus.DOWN) {
            stopped.add(new Command.Stop(
                    allocation.id(),
                    DesiredStatus.STOP,
                    "alloc is lost since its node is down",
                    Optional.of(ClientStatus.LOST)));
        } else if (group.count() == 0) {
            stop(allocation, "alloc not needed due to job update");
        } else if (feasibility.refusal(node.get()).isPresent()) {
            stop(
                    allocation,
                    "the node does not fit the job any more: "
                            + feasibility.refusal(node.get()).get().sentence());
        } else if (allocation.desiredTransition().migrate()) {
            stopped.add(Reconciler.migrated(allocation));
            missing.add(new Reconciler.Missing(
                    group, name(group), Optional.of(allocation), false, Optional.of(allocation.nodeId())));
        } else if (allocation.jobVersion() != job.version()) {
            if (succession.of(allocation, group).inPlace()) {
                moved.add(new Command.Move(allocation.id(), job.version(), allocation.evaluationId()));
            } else if (node.get().isEligible()) {
                outdated.add(allocation);
            }
        }
    }

    private void stop(Allocation allocation, String reason) {
        stopped.add(new Command.Stop(allocation.id(), DesiredStatus.STOP, reason, Optional.empty()));
    }

    /** A system job is replaced as many nodes at a time as its update strategy says; what ends is not waited for. */
    private void replace(TaskGroup group, TreeMap<NodeId, Allocation> live, List<Allocation> outdated) {
        int parallel = job.spec().type().ends()
                ? 0
                : group.update()
                        .or(() -> job.spec().update())
                        .map(UpdateStrategy::maxParallel)
                        .orElse(1);
        long unproved = live.values().stream()
                .filter(allocation -> allocation.jobVersion() == job.version() && !Reconciler.isHealthy(allocation))
                .count();
        long left = parallel == 0 ? Long.MAX_VALUE : Math.max(0, parallel - unproved);
        for (Allocation allocation : outdated) {
            boolean broken = allocation.client().status() != ClientStatus.RUNNING;
            if (left > 0 || broken) {
                left -= broken ? 0 : 1;
                missing.add(new Reconciler.Missing(
                        group, name(group), Optional.of(allocation), true, Optional.of(allocation.nodeId())));
            }
        }
    }
}
