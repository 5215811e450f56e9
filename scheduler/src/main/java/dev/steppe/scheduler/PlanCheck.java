package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.DeviceInstance;
import dev.steppe.model.Node;
import dev.steppe.model.NodeCapacity;
import dev.steppe.model.NodeDevice;
import dev.steppe.model.NodeId;
import dev.steppe.state.Command;
import dev.steppe.state.NodeUsage;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The last word on a plan: what the leader checks against the newest state before it commits, since schedulers work on
 * older snapshots. A node takes all of a plan's placements or none, and a job that is placed all at once has its whole plan
 * or nothing of it. This is what keeps nodes from being over-committed.
 */
public final class PlanCheck {
    private PlanCheck() {}

    /** The part of a plan that still holds, and the nodes whose part does not. */
    public record Verdict(Plan accepted, List<NodeId> rejected) {}

    /** What else will be placed, by node, when the plan is carried out; it is in no snapshot yet. */
    @FunctionalInterface
    public interface Promised {
        Promised NOTHING = node -> List.of();

        List<Allocation> on(NodeId node);
    }

    public static Verdict check(Snapshot newest, Plan plan) {
        return check(newest, Promised.NOTHING, plan);
    }

    /** Checks a plan that comes after others, of which only what they place is counted on and not what they free. */
    public static Verdict check(Snapshot newest, Promised promised, Plan plan) {
        var perNode = new LinkedHashMap<NodeId, List<Allocation>>();
        for (Allocation placed : plan.placed()) {
            perNode.computeIfAbsent(placed.nodeId(), id -> new ArrayList<>(1)).add(placed);
        }
        var freed = freed(newest, plan);
        var rejected = new ArrayList<NodeId>();
        perNode.forEach((node, placed) -> {
            boolean allowed = placed.stream().allMatch(it -> mayEvict(newest, plan, it.preemptedAllocations()));
            var fleet = newest.fleet();
            var seat = fleet.seatOf(node);
            var usage = seat.map(fleet::usage).orElse(NodeUsage.NONE);
            for (Allocation stopped : freed.getOrDefault(node, List.of())) {
                usage = usage.minus(stopped);
            }
            for (Allocation other : promised.on(node)) {
                usage = usage.plus(other);
            }
            if (!allowed || !fits(seat.filter(fleet::isPresent).map(fleet::node), usage, placed)) {
                rejected.add(node);
            }
        });
        if (rejected.isEmpty()) {
            return new Verdict(plan, List.of());
        }
        boolean allAtOnce = newest.job(plan.evaluation().jobKey())
                .filter(job -> job.spec().allAtOnce())
                .isPresent();
        return new Verdict(allAtOnce ? plan.dropped() : without(plan, new TreeSet<>(rejected)), rejected);
    }

    /** What the plan stops of that which holds something now, by node. */
    private static SortedMap<NodeId, List<Allocation>> freed(Snapshot newest, Plan plan) {
        var freed = new TreeMap<NodeId, List<Allocation>>();
        for (Command.Stop stop : plan.stopped()) {
            newest.allocation(stop.allocation())
                    .filter(Allocation::holdsResources)
                    .ifPresent(stopped -> freed.computeIfAbsent(stopped.nodeId(), id -> new ArrayList<>())
                            .add(stopped));
        }
        return freed;
    }

    private static boolean fits(Optional<Node> node, NodeUsage before, List<Allocation> placed) {
        if (node.isEmpty() || !node.get().isEligible()) {
            return false;
        }
        var usage = before;
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
        var given = allocation.allocatedResources();
        var shares = given.deviceShares();
        var cores = given.reservedCores();
        return (shares.isEmpty() || healthy(capacity).containsAll(shares.keySet()))
                && (cores.isEmpty() || capacity.cpu().reservable().containsAll(cores));
    }

    private static TreeSet<DeviceInstance> healthy(NodeCapacity capacity) {
        var healthy = new TreeSet<DeviceInstance>();
        for (NodeDevice kind : capacity.devices()) {
            kind.instances().stream()
                    .filter(NodeDevice.Instance::healthy)
                    .forEach(it -> healthy.add(new DeviceInstance(kind.label(), it.id())));
        }
        return healthy;
    }

    private static boolean mayEvict(Snapshot newest, Plan plan, List<AllocationId> victims) {
        return victims.isEmpty() || victims.stream().allMatch(victim -> mayEvict(newest, plan, victim));
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
                plan.queuedUpdates(),
                plan.updates(),
                plan.followUps(),
                plan.ofVictims(),
                plan.deployment(),
                plan.ended());
    }
}
