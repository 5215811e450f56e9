package dev.steppe.scheduler;

import dev.steppe.model.Affinity;
import dev.steppe.model.Constraint;
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
    private boolean byKind = true;

    private record Wish(Condition condition, int weight) {}

    AffinityScore(JobSpec job, TaskGroup group) {
        if (!job.type().everywhere()) {
            job.affinities().forEach(it -> add(it, job.region()));
            group.affinities().forEach(it -> add(it, job.region()));
            group.tasks().forEach(task -> task.affinities().forEach(it -> add(it, job.region())));
        }
        weights = wishes.stream().mapToInt(wish -> Math.abs(wish.weight())).sum();
    }

    private void add(Affinity affinity, String region) {
        byKind &= !Target.isOwn(affinity.leftTarget()) && !Target.isOwn(affinity.rightTarget());
        var compared = new Constraint(affinity.leftTarget(), affinity.rightTarget(), affinity.operand());
        wishes.add(new Wish(new Condition(compared, region), affinity.weight()));
    }

    /** True when nobody wishes anything. */
    boolean isNone() {
        return weights == 0;
    }

    /** True when it is the same for all nodes of a kind, as {@code Fleet} knows them. */
    boolean isByKind() {
        return byKind;
    }

    /** From -1 to 1; empty when nobody wishes anything. */
    Optional<Double> of(Node node) {
        if (isNone()) {
            return Optional.empty();
        }
        double sum = 0;
        for (Wish wish : wishes) {
            sum += wish.condition().holds(node) ? wish.weight() : 0;
        }
        return Optional.of(sum / weights);
    }
}
