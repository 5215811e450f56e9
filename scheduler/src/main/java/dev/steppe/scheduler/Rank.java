package dev.steppe.scheduler;

import dev.steppe.model.JobSpec;
import dev.steppe.model.Node;
import dev.steppe.model.NodeScore;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.Spread;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.NodeUsage;
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

    /** The component that is the same for all nodes with the same values of spreads. */
    double spread(Node node, Neighbours neighbours) {
        return spread.of(node, neighbours);
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
        double boost = spread.of(node, neighbours);
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
