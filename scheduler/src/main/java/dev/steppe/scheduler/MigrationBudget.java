package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.MigrateStrategy;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How many instances of a group may leave nodes that are being emptied now: so many that the others together still give
 * {@code count} less {@code max_parallel} healthy ones, over all such nodes. Pure.
 */
public record MigrationBudget(Snapshot snapshot, TaskGroup group, List<Allocation> ofGroup) {

    /** The instances that may go now, in the order of their nodes and names. */
    public List<Allocation> mayGo() {
        long healthy = ofGroup.stream().filter(MigrationBudget::isProved).count();
        int parallel = group.migrate().map(MigrateStrategy::maxParallel).orElse(1);
        long left = Math.max(0, healthy - (group.count() - parallel));
        var leaving = new ArrayList<>(ofGroup.stream()
                .filter(it -> isWanted(it) && isDraining(it.nodeId()))
                .toList());
        leaving.sort(Comparator.comparing(Allocation::nodeId)
                .thenComparing(Allocation::index)
                .thenComparing(Allocation::id));
        var found = new ArrayList<Allocation>();
        for (Allocation allocation : leaving) {
            if (isRefuted(allocation)) {
                found.add(allocation);
            } else if (left > 0 && isProved(allocation)) {
                found.add(allocation);
                left--;
            }
        }
        return found;
    }

    private boolean isDraining(NodeId node) {
        return snapshot.node(node).flatMap(Node::drain).isPresent();
    }

    private static boolean isWanted(Allocation allocation) {
        return allocation.desiredStatus() == DesiredStatus.RUN
                && !allocation.client().status().isTerminal()
                && !allocation.desiredTransition().migrate();
    }

    private static boolean isProved(Allocation allocation) {
        return isWanted(allocation)
                && allocation.client().status() == ClientStatus.RUNNING
                && verdict(allocation).orElse(false);
    }

    /** It was shown not to work: nothing is lost when it goes. */
    private static boolean isRefuted(Allocation allocation) {
        return !verdict(allocation).orElse(true);
    }

    private static Optional<Boolean> verdict(Allocation allocation) {
        return allocation.client().health().flatMap(health -> health.healthy());
    }
}
