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
    private final Map<EvaluationId, PlanUnderway> plans = new HashMap<>();
    private final Map<NodeId, List<Placed>> placed = new HashMap<>();

    private static final class PlanUnderway {
        private final List<Allocation> allocations;
        private boolean arrived;

        PlanUnderway(List<Allocation> allocations) {
            this.allocations = allocations;
        }
    }

    private record Placed(PlanUnderway plan, Allocation allocation) {}

    void add(EvaluationId evaluation, List<Allocation> allocations) {
        var plan = new PlanUnderway(allocations);
        plans.put(evaluation, plan);
        for (Allocation allocation : allocations) {
            placed.computeIfAbsent(allocation.nodeId(), id -> new ArrayList<>(2))
                    .add(new Placed(plan, allocation));
        }
    }

    void remove(EvaluationId evaluation) {
        var gone = plans.remove(evaluation);
        if (gone == null) {
            return;
        }
        for (Allocation allocation : gone.allocations) {
            var there = placed.getOrDefault(allocation.nodeId(), List.of());
            if (there.stream().allMatch(it -> it.plan == gone)) {
                placed.remove(allocation.nodeId());
            } else {
                there.removeIf(it -> it.plan == gone);
            }
        }
    }

    /** Looks which plans are in this state, which has either all or nothing of one. */
    void look(Snapshot newest) {
        for (PlanUnderway plan : plans.values()) {
            plan.arrived = plan.arrived
                    || plan.allocations.isEmpty()
                    || newest.allocation(plan.allocations.getFirst().id()).isPresent();
        }
    }

    /** What they place on a node that the state which was looked at does not have yet. */
    List<Allocation> on(NodeId node) {
        var there = placed.getOrDefault(node, List.of());
        return there.isEmpty()
                ? List.of()
                : there.stream()
                        .filter(it -> !it.plan.arrived)
                        .map(Placed::allocation)
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
