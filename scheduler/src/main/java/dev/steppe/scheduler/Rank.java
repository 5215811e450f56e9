package dev.steppe.scheduler;

import dev.steppe.model.JobSpec;
import dev.steppe.model.Node;
import dev.steppe.model.NodeScore;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.Spread;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Fleet;
import dev.steppe.state.NodeUsage;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** How good a feasible node is for the next instance: the mean of the components that say something. */
final class Rank {
    private static final double PENALTY = -1;

    private final TaskGroup group;
    private final Fit fit;
    private final PackScore packing;
    private final Optional<Fragmentation> fragmentation;
    private final AffinityScore affinity;
    private final SpreadScore spread;

    /** With {@code fragmentation}, what is left of devices decides in place of how full a node is. */
    Rank(
            JobSpec job,
            TaskGroup group,
            Fit fit,
            SchedulerConfiguration configuration,
            Optional<Fragmentation> fragmentation) {
        this.group = group;
        this.fit = fit;
        this.packing = new PackScore(configuration);
        this.fragmentation = fragmentation;
        this.affinity = new AffinityScore(job, group);
        this.spread = new SpreadScore(job, group);
    }

    /** What of a score is the node's own: the sum and the number of components that depend on nothing others share. */
    record Own(double sum, int parts) {
        /** The whole score, with the component that all nodes with the same values of spreads share. */
        double with(double spread) {
            return spread == 0 ? sum / parts : (sum + spread) / (parts + 1);
        }

        private Own and(double part) {
            return new Own(sum + part, parts + 1);
        }
    }

    List<Spread> spreads() {
        return spread.spreads();
    }

    /** What a node has of what each spread looks at. */
    List<String> spreadValues(Node node) {
        return spread.values(node);
    }

    /** The component that is the same for all nodes with the same values of spreads. */
    double spread(Node node, Neighbours neighbours) {
        return spread(spread.values(node), neighbours);
    }

    /** The same by those values. */
    double spread(List<String> values, Neighbours neighbours) {
        return spread.of(values, neighbours);
    }

    /** True when {@link #sum} says all of nodes without another instance of the group. */
    boolean isByColumns() {
        return fragmentation.isEmpty() && fit.isAlike() && fit.givesNothing() && affinity.isByKind();
    }

    /** What affinities say of each kind of node; empty when there are none, or when they are not by kind. */
    double[] wishes(Fleet fleet) {
        if (affinity.isNone() || !affinity.isByKind()) {
            return new double[0];
        }
        var wishes = new double[fleet.kinds()];
        Arrays.fill(wishes, Double.NaN);
        for (int seat = 0; seat < fleet.seats(); seat++) {
            if (fleet.isPresent(seat) && Double.isNaN(wishes[fleet.kind(seat)])) {
                wishes[fleet.kind(seat)] = affinity.of(fleet.node(seat)).orElse(0.0);
            }
        }
        return wishes;
    }

    /** The sum of what is a node's own, from what there is and what is held of it; {@code wish} is 0 without affinities. */
    double sum(long cpu, long cpuHeld, long memory, long memoryHeld, double wish) {
        var demand = fit.demand();
        return packing.of(cpu, cpuHeld + demand.cpuMegaHertz(), memory, memoryHeld + demand.memoryMb()) + wish;
    }

    /** What is the node's own; {@code penalized} when the one to be replaced failed there. */
    Own own(Node node, NodeUsage usage, Neighbours neighbours, boolean penalized) {
        var given = fit.given(node, usage);
        var own = new Own(room(node, usage, given), 1);
        if (given.score().isPresent()) {
            own = own.and(given.score().get());
        }
        int together = neighbours.on(node.id());
        if (together > 0 && group.count() > 0) {
            own = own.and(antiAffinity(together));
        }
        if (penalized) {
            own = own.and(PENALTY);
        }
        var wished = affinity.of(node);
        return wished.isPresent() ? own.and(wished.get()) : own;
    }

    /** How good it is to use this room: how full the node would be, or how useful the rest of its devices would stay. */
    private double room(Node node, NodeUsage usage, HardwareFit.Given given) {
        var demand = fit.demand(node);
        return fragmentation.isPresent()
                ? fragmentation.get().of(node, usage, demand, given)
                : packing.of(node, usage, demand);
    }

    private double antiAffinity(int together) {
        return -1.0 * (together + 1) / group.count();
    }

    /** The same score by components; {@code preemption} is that of those who would have to make room. */
    NodeScore score(Node node, NodeUsage usage, Neighbours neighbours, boolean penalized, Optional<Double> preemption) {
        var parts = new TreeMap<String, Double>();
        var given = fit.given(node, usage);
        parts.put(fragmentation.isPresent() ? "fragmentation" : "binpack", room(node, usage, given));
        given.score().ifPresent(score -> parts.put("devices", score));
        int together = neighbours.on(node.id());
        if (together > 0 && group.count() > 0) {
            parts.put("job-anti-affinity", antiAffinity(together));
        }
        if (penalized) {
            parts.put("node-reschedule-penalty", PENALTY);
        }
        affinity.of(node).ifPresent(score -> parts.put("node-affinity", score));
        double boost = spread(node, neighbours);
        if (boost != 0) {
            parts.put("allocation-spread", boost);
        }
        var own = own(node, usage, neighbours, penalized);
        if (preemption.isPresent()) {
            parts.put("preemption", preemption.get());
            own = own.and(preemption.get());
        }
        return new NodeScore(node.id(), Collections.unmodifiableSortedMap(parts), own.with(boost));
    }
}
