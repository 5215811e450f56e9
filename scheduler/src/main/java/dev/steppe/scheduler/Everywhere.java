package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** What a job that wants one instance on every fitting node lacks, and what of it has to stop. */
final class Everywhere {
    private Everywhere() {}

    static List<Reconciler.Missing> missing(Snapshot snapshot, Job job, List<Command.Stop> stopped) {
        var missing = new ArrayList<Reconciler.Missing>();
        for (TaskGroup group : job.spec().taskGroups()) {
            var perNode = new TreeMap<String, Allocation>();
            for (Allocation allocation : snapshot.allocationsOf(job.key())) {
                if (allocation.taskGroup().equals(group.name()) && counts(job, allocation)) {
                    perNode.put(allocation.nodeId().value(), allocation);
                }
            }
            var feasibility = new Feasibility(job.spec(), group);
            for (Node node : snapshot.nodes()) {
                var existing = Optional.ofNullable(perNode.remove(node.id().value()));
                decide(job, group, node, existing, feasibility, stopped).ifPresent(missing::add);
            }
        }
        return missing;
    }

    private static boolean counts(Job job, Allocation allocation) {
        return !allocation.isTerminal()
                || (job.spec().type().ends()
                        && allocation.client().status() == ClientStatus.COMPLETE
                        && allocation.jobVersion() == job.version());
    }

    private static Optional<Reconciler.Missing> decide(
            Job job,
            TaskGroup group,
            Node node,
            Optional<Allocation> existing,
            Feasibility feasibility,
            List<Command.Stop> stopped) {
        boolean fits = feasibility.refusal(node).isEmpty();
        String name = job.spec().name() + "." + group.name() + "[0]";
        if (existing.isPresent() && node.status() == NodeStatus.DOWN) {
            stopped.add(new Command.Stop(
                    existing.get().id(),
                    DesiredStatus.STOP,
                    "alloc is lost since its node is down",
                    Optional.of(ClientStatus.LOST)));
            return Optional.empty();
        }
        if (existing.isPresent() && !fits) {
            stopped.add(new Command.Stop(
                    existing.get().id(),
                    DesiredStatus.STOP,
                    "the node does not fit the job any more",
                    Optional.empty()));
            return Optional.empty();
        }
        if (existing.isPresent()) {
            return existing.get().jobVersion() == job.version()
                    ? Optional.empty()
                    : Optional.of(new Reconciler.Missing(group, name, existing, true, Optional.of(node.id())));
        }
        return fits && node.isEligible()
                ? Optional.of(new Reconciler.Missing(group, name, Optional.empty(), false, Optional.of(node.id())))
                : Optional.empty();
    }
}
