package dev.steppe.scheduler;

import dev.steppe.model.Affinity;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Node;
import dev.steppe.model.NodeScore;
import dev.steppe.model.Spread;
import dev.steppe.model.SpreadTarget;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.NodeUsage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How good a feasible node is for the next instance: the mean of the components that say something. Best fit is the
 * published formula {@code 20 - (10^freeCpu + 10^freeMemory)}, scaled to 0..1 (Google, "Best-fit v3").
 */
final class Rank {
    private static final double BEST_FIT_MAX = 18.0;

    private final TaskGroup group;
    private final Fit fit;
    private final List<Affinity> affinities;
    private final List<Spread> spreads;

    Rank(JobSpec job, TaskGroup group, Fit fit) {
        this.group = group;
        this.fit = fit;
        affinities = new ArrayList<>(job.affinities());
        affinities.addAll(group.affinities());
        group.tasks().forEach(task -> affinities.addAll(task.affinities()));
        spreads = new ArrayList<>(group.spreads());
        spreads.addAll(job.spreads());
    }

    /** What the placements so far mean for the next one. */
    record Neighbours(
            SortedMap<String, Integer> ofGroupPerNode,
            SortedMap<String, SortedMap<String, Integer>> perSpreadValue,
            List<String> penalized) {}

    List<Spread> spreads() {
        return Collections.unmodifiableList(spreads);
    }

    NodeScore score(Node node, NodeUsage usage, Neighbours neighbours) {
        var parts = new TreeMap<String, Double>();
        parts.put("binpack", bestFit(node, usage));
        int together = neighbours.ofGroupPerNode().getOrDefault(node.id().value(), 0);
        if (together > 0 && group.count() > 0) {
            parts.put("job-anti-affinity", -1.0 * (together + 1) / group.count());
        }
        if (neighbours.penalized().contains(node.id().value())) {
            parts.put("node-reschedule-penalty", -1.0);
        }
        if (!affinities.isEmpty()) {
            double affinity = affinity(node);
            if (affinity != 0) {
                parts.put("node-affinity", affinity);
            }
        }
        if (!spreads.isEmpty()) {
            parts.put("allocation-spread", spread(node, neighbours));
        }
        double mean = parts.values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(0);
        return new NodeScore(node.id(), Collections.unmodifiableSortedMap(parts), mean);
    }

    private double bestFit(Node node, NodeUsage usage) {
        var capacity = node.spec().capacity();
        double freeCpu = free(capacity.cpu().megaHertz(), usage.cpuMegaHertz() + fit.cpuMegaHertz());
        double freeMemory = free(capacity.memory().memoryMb(), usage.memoryMb() + fit.memoryMb());
        double raw = 20.0 - (Math.pow(10, freeCpu) + Math.pow(10, freeMemory));
        return Math.clamp(raw, 0, BEST_FIT_MAX) / BEST_FIT_MAX;
    }

    private static double free(long total, long used) {
        return total == 0 ? 0 : 1.0 - (double) used / total;
    }

    private double affinity(Node node) {
        double sum = 0;
        double weights = 0;
        for (Affinity affinity : affinities) {
            weights += Math.abs(affinity.weight());
            if (Operand.holds(
                    affinity.operand(),
                    Target.resolve(affinity.leftTarget(), node),
                    Target.resolve(affinity.rightTarget(), node))) {
                sum += affinity.weight();
            }
        }
        return weights == 0 ? 0 : sum / weights;
    }

    private double spread(Node node, Neighbours neighbours) {
        double weights = spreads.stream().mapToInt(Spread::weight).sum();
        double sum = 0;
        for (Spread spread : spreads) {
            var counts = neighbours.perSpreadValue().getOrDefault(spread.attribute(), Collections.emptySortedMap());
            String value = Target.resolve(spread.attribute(), node).orElse("");
            double boost = value.isEmpty()
                    ? -1
                    : spread.targets().isEmpty() ? evenly(counts, value) : targeted(spread, counts, value);
            sum += boost * spread.weight() / Math.max(1, weights);
        }
        return sum;
    }

    /** Positive for the least used values, negative for the most used. */
    private static double evenly(SortedMap<String, Integer> counts, String value) {
        if (counts.isEmpty()) {
            return 0;
        }
        int here = counts.getOrDefault(value, 0);
        int least = Collections.min(counts.values());
        int most = Collections.max(counts.values());
        if (here == 0) {
            return 1;
        }
        if (here == least) {
            return least == most ? -1 : (double) (most - least) / least;
        }
        return (double) (least - here) / Math.max(1, least);
    }

    private double targeted(Spread spread, SortedMap<String, Integer> counts, String value) {
        int named = spread.targets().stream().mapToInt(SpreadTarget::percent).sum();
        double percent = spread.targets().stream()
                .filter(target -> target.value().equals(value))
                .mapToInt(SpreadTarget::percent)
                .findFirst()
                .orElse(Math.max(0, 100 - named));
        double desired = percent / 100.0 * group.count();
        if (desired == 0) {
            return -1;
        }
        return (desired - (counts.getOrDefault(value, 0) + 1)) / desired;
    }
}
