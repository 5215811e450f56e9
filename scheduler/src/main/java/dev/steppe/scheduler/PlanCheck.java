package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.NodeId;
import dev.steppe.model.PortMapping;
import dev.steppe.state.Command;
import dev.steppe.state.NodeUsage;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The last word on a plan: what the leader checks against the newest state before it commits, since schedulers work on
 * older snapshots. A node takes all of a plan's placements or none. This is what keeps nodes from being over-committed.
 */
public final class PlanCheck {
    private PlanCheck() {}

    /** The part of a plan that still holds, and the nodes whose part does not. */
    public record Verdict(Plan accepted, List<NodeId> rejected) {}

    public static Verdict check(Snapshot newest, Plan plan) {
        var stopping = new TreeSet<AllocationId>();
        plan.stopped().forEach(stop -> stopping.add(stop.allocation()));
        var perNode = new TreeMap<NodeId, List<Allocation>>();
        for (Allocation placed : plan.placed()) {
            perNode.computeIfAbsent(placed.nodeId(), id -> new ArrayList<>()).add(placed);
        }
        var rejected = new ArrayList<NodeId>();
        perNode.forEach((node, placed) -> {
            if (!fits(newest, node, placed, stopping)) {
                rejected.add(node);
            }
        });
        return rejected.isEmpty()
                ? new Verdict(plan, List.of())
                : new Verdict(without(plan, new TreeSet<>(rejected)), rejected);
    }

    private static boolean fits(Snapshot newest, NodeId id, List<Allocation> placed, TreeSet<AllocationId> stopping) {
        var node = newest.node(id);
        if (node.isEmpty() || !node.get().isEligible()) {
            return false;
        }
        NodeUsage usage = newest.usage(id);
        for (Allocation allocation : newest.allocationsOn(id)) {
            if (stopping.contains(allocation.id()) && allocation.holdsResources()) {
                usage = usage.minus(allocation);
            }
        }
        for (Allocation allocation : placed) {
            for (PortMapping port : allocation.allocatedResources().shared().ports()) {
                if (usage.ports().containsKey(port.value())) {
                    return false;
                }
            }
            usage = usage.plus(allocation);
        }
        var capacity = node.get().spec().capacity();
        return usage.cpuMegaHertz() <= capacity.cpu().megaHertz()
                && usage.memoryMb() <= capacity.memory().memoryMb()
                && usage.diskMb() <= capacity.disk().diskMb();
    }

    /** A replaced instance of a rejected node keeps running until its successor has a place. */
    private static Plan without(Plan plan, TreeSet<NodeId> rejected) {
        var placed = new ArrayList<Allocation>();
        var kept = new TreeSet<AllocationId>();
        for (Allocation allocation : plan.placed()) {
            if (rejected.contains(allocation.nodeId())) {
                allocation.previous().ifPresent(kept::add);
            } else {
                placed.add(allocation);
            }
        }
        List<Command.Stop> stopped = plan.stopped().stream()
                .filter(stop -> stop.client().isPresent() || !kept.contains(stop.allocation()))
                .toList();
        return new Plan(
                plan.evaluation(),
                placed,
                stopped,
                plan.moved(),
                plan.failed(),
                plan.queued(),
                plan.updates(),
                plan.followUps());
    }
}
