package dev.steppe.scheduler;

import dev.steppe.model.JobSpec;
import dev.steppe.model.Node;
import dev.steppe.model.Spread;
import dev.steppe.model.SpreadTarget;
import dev.steppe.model.TaskGroup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How much the next instance of a group is missing on nodes with the value a node has. With targets: how far the value is
 * from its share, where values without a target have what is left together. Without: how far it is from the least used one.
 */
final class SpreadScore {
    private static final double WORST = -1;

    private final List<Spread> spreads = new ArrayList<>();
    private final int count;
    private final double weights;

    SpreadScore(JobSpec job, TaskGroup group) {
        if (!job.type().everywhere()) {
            group.spreads().forEach(it -> spreads.add(inRegion(it, job)));
            job.spreads().forEach(it -> spreads.add(inRegion(it, job)));
        }
        count = group.count();
        weights = Math.max(1, spreads.stream().mapToInt(Spread::weight).sum());
    }

    private static Spread inRegion(Spread spread, JobSpec job) {
        return new Spread(Target.inRegion(spread.attribute(), job.region()), spread.weight(), spread.targets());
    }

    List<Spread> spreads() {
        return Collections.unmodifiableList(spreads);
    }

    /** The sum over the spreads, each by its weight; 0 when nothing is wished or all is even. */
    double of(List<String> values, Neighbours placed) {
        double sum = 0;
        for (int i = 0; i < values.size(); i++) {
            sum += values.get(i).isEmpty() ? WORST : of(spreads.get(i), values.get(i), placed);
        }
        return sum;
    }

    /** What a node has of what each spread looks at; empty text where it has nothing. */
    List<String> values(Node node) {
        return spreads.isEmpty()
                ? List.of()
                : spreads.stream()
                        .map(spread -> Target.resolve(spread.attribute(), node).orElse(""))
                        .toList();
    }

    private double of(Spread spread, String value, Neighbours placed) {
        var counts = placed.by(spread.attribute());
        double weight = spread.weight() / weights;
        return spread.targets().isEmpty() ? weight * evenly(counts, value) : targeted(spread, weight, counts, value);
    }

    private static double evenly(Neighbours.Counts counts, String value) {
        if (counts.isEmpty()) {
            return 0;
        }
        int here = counts.of(value);
        int least = counts.least();
        int most = counts.most();
        if (here == 0) {
            return 1;
        }
        if (here != least) {
            return (double) (least - here) / least;
        }
        return least == most ? WORST : (double) (most - least) / least;
    }

    private double targeted(Spread spread, double weight, Neighbours.Counts counts, String value) {
        double wanted = wanted(spread, value);
        if (wanted > 0) {
            return weight * (wanted - counts.of(value) - 1) / wanted;
        }
        // Not wanted here at all: worse than any value that has too many already.
        double lowest = WORST;
        for (SpreadTarget target : spread.targets()) {
            double share = wanted(spread, target.value());
            if (share > 0) {
                lowest = Math.min(lowest, weight * (share - counts.of(target.value()) - 1) / share);
            }
        }
        return lowest;
    }

    private double wanted(Spread spread, String value) {
        int named = 0;
        for (SpreadTarget target : spread.targets()) {
            if (target.value().equals(value)) {
                return target.percent() / 100.0 * count;
            }
            named += target.percent();
        }
        return Math.max(0, 100 - named) / 100.0 * count;
    }
}
