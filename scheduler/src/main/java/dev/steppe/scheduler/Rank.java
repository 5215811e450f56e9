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
import java.util.SortedMap;
import java.util.TreeMap;

/** How good a feasible node is for the next instance: the mean of the components that say something. */
final class Rank {
    private final TaskGroup group;
    private final Fit fit;
    private final PackScore packing;
    private final AffinityScore affinity;
    private final SpreadScore spread;

    Rank(JobSpec job, TaskGroup group, Fit fit, SchedulerConfiguration configuration) {
        this.group = group;
        this.fit = fit;
        this.packing = new PackScore(configuration);
        this.affinity = new AffinityScore(job, group);
        this.spread = new SpreadScore(job, group);
    }

    /** What the placements so far mean for the next one. */
    record Neighbours(
            SortedMap<String, Integer> ofGroupPerNode,
            SortedMap<String, SortedMap<String, Integer>> perSpreadValue,
            List<String> penalized) {}

    List<Spread> spreads() {
        return spread.spreads();
    }

    /** The score of a node with that usage; {@code preemption} is that of those who would have to make room. */
    NodeScore score(Node node, NodeUsage usage, Neighbours neighbours, Optional<Double> preemption) {
        var parts = new TreeMap<String, Double>();
        parts.put("binpack", packing.of(node, usage, fit.demand(node)));
        fit.deviceScore(node, usage).ifPresent(score -> parts.put("devices", score));
        int together = neighbours.ofGroupPerNode().getOrDefault(node.id().value(), 0);
        if (together > 0 && group.count() > 0) {
            parts.put("job-anti-affinity", -1.0 * (together + 1) / group.count());
        }
        if (neighbours.penalized().contains(node.id().value())) {
            parts.put("node-reschedule-penalty", -1.0);
        }
        affinity.of(node).ifPresent(score -> parts.put("node-affinity", score));
        double boost = spread.of(node, neighbours.perSpreadValue());
        if (boost != 0) {
            parts.put("allocation-spread", boost);
        }
        preemption.ifPresent(score -> parts.put("preemption", score));
        double sum = 0;
        for (double part : parts.values()) {
            sum += part;
        }
        return new NodeScore(node.id(), Collections.unmodifiableSortedMap(parts), sum / parts.size());
    }
}
