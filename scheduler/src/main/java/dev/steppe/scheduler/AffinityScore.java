package dev.steppe.scheduler;

import dev.steppe.model.Affinity;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Node;
import dev.steppe.model.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How much a node is what the affinities of job, group and tasks wish: the weights that hold over all weights. */
final class AffinityScore {
    private final List<Wish> wishes = new ArrayList<>();
    private final double weights;

    private record Wish(Condition condition, int weight) {}

    AffinityScore(JobSpec job, TaskGroup group) {
        if (!job.type().everywhere()) {
            job.affinities().forEach(this::add);
            group.affinities().forEach(this::add);
            group.tasks().forEach(task -> task.affinities().forEach(this::add));
        }
        weights = wishes.stream().mapToInt(wish -> Math.abs(wish.weight())).sum();
    }

    private void add(Affinity affinity) {
        wishes.add(new Wish(
                new Condition(affinity.leftTarget(), affinity.operand(), affinity.rightTarget()), affinity.weight()));
    }

    /** From -1 to 1; empty when nobody wishes anything. */
    Optional<Double> of(Node node) {
        if (weights == 0) {
            return Optional.empty();
        }
        double sum = 0;
        for (Wish wish : wishes) {
            sum += wish.condition().holds(node) ? wish.weight() : 0;
        }
        return Optional.of(sum / weights);
    }
}
