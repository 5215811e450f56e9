package dev.steppe.server;

import dev.steppe.model.Allocation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.NodeId;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The plans that are on their way into the log, by evaluation, and what they place, by node. Owned by the loop. */
final class PlansUnderway {
    private final Map<EvaluationId, List<Allocation>> plans = new HashMap<>();
    private final Map<NodeId, List<Allocation>> placed = new HashMap<>();

    void add(EvaluationId evaluation, List<Allocation> allocations) {
        plans.put(evaluation, allocations);
        for (Allocation allocation : allocations) {
            placed.computeIfAbsent(allocation.nodeId(), id -> new ArrayList<>(2))
                    .add(allocation);
        }
    }

    void remove(EvaluationId evaluation) {
        var gone = plans.remove(evaluation);
        if (gone == null) {
            return;
        }
        for (Allocation allocation : gone) {
            var there = placed.getOrDefault(allocation.nodeId(), List.of());
            if (there.size() <= 1) {
                placed.remove(allocation.nodeId());
            } else {
                there.remove(allocation);
            }
        }
    }

    /** What they place on a node that the newest state does not have yet. */
    List<Allocation> on(NodeId node, Snapshot newest) {
        var there = placed.getOrDefault(node, List.of());
        return there.isEmpty()
                ? there
                : there.stream()
                        .filter(it -> newest.allocation(it.id()).isEmpty())
                        .toList();
    }

    int size() {
        return plans.size();
    }

    boolean isEmpty() {
        return plans.isEmpty();
    }

    void clear() {
        plans.clear();
        placed.clear();
    }
}
