package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.DeviceInstance;
import dev.steppe.model.NodeCapacity;
import dev.steppe.model.NodeDevice;
import dev.steppe.model.NodeId;
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
            boolean allowed = placed.stream()
                    .flatMap(it -> it.preemptedAllocations().stream())
                    .allMatch(victim -> mayEvict(newest, plan, victim));
            if (!allowed || !fits(newest, node, placed, stopping)) {
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
        var capacity = node.get().spec().capacity();
        for (Allocation allocation : placed) {
            if (usage.collidesWith(allocation) || !has(capacity, allocation)) {
                return false;
            }
            usage = usage.plus(allocation);
        }
        return usage.cpuMegaHertz() <= capacity.cpu().megaHertz()
                && usage.memoryMb() <= capacity.memory().memoryMb()
                && usage.diskMb() <= capacity.disk().diskMb();
    }

    /** Whether the node still has the cores and devices an instance is to have. */
    private static boolean has(NodeCapacity capacity, Allocation allocation) {
        var healthy = new TreeSet<DeviceInstance>();
        for (NodeDevice kind : capacity.devices()) {
            kind.instances().stream()
                    .filter(NodeDevice.Instance::healthy)
                    .forEach(it -> healthy.add(new DeviceInstance(kind.label(), it.id())));
        }
        var given = allocation.allocatedResources();
        return healthy.containsAll(given.deviceShares().keySet())
                && capacity.cpu().reservable().containsAll(given.reservedCores());
    }

    /** Whether a victim is still far enough below, however priorities changed meanwhile. */
    private static boolean mayEvict(Snapshot newest, Plan plan, AllocationId victim) {
        var winner =
                newest.job(plan.evaluation().jobKey()).map(job -> job.spec().priority());
        var loser = newest.allocation(victim)
                .flatMap(it -> newest.job(it.jobKey()).or(() -> newest.jobOf(it)))
                .map(job -> job.spec().priority());
        return winner.isPresent()
                && loser.filter(priority -> !Preemption.isAllowed(winner.get(), priority))
                        .isEmpty();
    }

    /** A replaced or evicted instance of a rejected node keeps running until the one that takes its place has one. */
    private static Plan without(Plan plan, TreeSet<NodeId> rejected) {
        var placed = new ArrayList<Allocation>();
        var kept = new TreeSet<AllocationId>();
        for (Allocation allocation : plan.placed()) {
            if (rejected.contains(allocation.nodeId())) {
                allocation.previous().ifPresent(kept::add);
                kept.addAll(allocation.preemptedAllocations());
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
                plan.followUps(),
                plan.ofVictims(),
                plan.deployment(),
                plan.ended());
    }
}
