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
    private final NodeFates fates;
    private final Changes changes;

    Everywhere(Snapshot snapshot, Job job, Succession succession, NodeFates fates) {
        this.snapshot = snapshot;
        this.job = job;
        this.succession = succession;
        this.fates = fates;
        this.changes = fates.changes();
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
                    changes.stopUnneeded(twin);
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
        boolean anywhere = !live.isEmpty() || !done.isEmpty();
        for (Node node : snapshot.nodes()) {
            boolean wanted = !live.containsKey(node.id()) && !done.containsKey(node.id());
            if (wanted && node.isEligible() && feasibility.refusal(node).isEmpty()) {
                changes.place(Missing.fresh(job, group, name(group)).on(node.id()));
                anywhere = true;
            }
        }
        if (!anywhere) {
            // not one node fits: it is asked for without one, so that the reasons are told and a new node is waited for
            changes.place(Missing.fresh(job, group, name(group)));
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

    private static boolean isSilent(Optional<Node> node) {
        return node.map(Node::status)
                .filter(status -> status == NodeStatus.READY || status == NodeStatus.INITIALIZING)
                .isEmpty();
    }

    private void look(TaskGroup group, Allocation allocation, Feasibility feasibility, List<Allocation> outdated) {
        var node = snapshot.node(allocation.nodeId());
        if (isSilent(node)) {
            fates.keepsItsName(allocation, group);
        } else if (group.count() == 0) {
            changes.stopUnneeded(allocation);
        } else if (feasibility.refusal(node.get()).isPresent()) {
            changes.stop(
                    allocation,
                    "the node does not fit the job any more: "
                            + feasibility.refusal(node.get()).get().sentence());
        } else if (allocation.desiredTransition().migrate()) {
            changes.migrate(allocation);
            // there is no other node for it: one that is being emptied gets another when it may have new ones
            if (node.get().isEligible()) {
                changes.place(Missing.replacing(job, group, allocation).on(allocation.nodeId()));
            }
        } else if (allocation.jobVersion() != job.version()) {
            if (succession.of(allocation, group).inPlace()) {
                changes.move(allocation, job.version());
            } else if (node.get().isEligible()) {
                outdated.add(allocation);
            }
        }
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
                changes.place(Missing.updating(job, group, allocation).on(allocation.nodeId()));
            }
        }
    }
}
