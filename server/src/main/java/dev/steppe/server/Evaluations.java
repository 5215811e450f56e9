package dev.steppe.server;

import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Ids;
import dev.steppe.model.Job;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** Makes new pending evaluations. */
final class Evaluations {
    private Evaluations() {}

    static Evaluation of(JobSpec job, String trigger, Instant now, RandomGenerator random) {
        return Evaluation.fresh(id(random), job, 0, trigger, now);
    }

    static Evaluation of(Job job, String trigger, Instant now, RandomGenerator random) {
        return Evaluation.fresh(id(random), job.spec(), job.modifyIndex(), trigger, now);
    }

    static Evaluation ofNode(Job job, NodeId node, Instant now, RandomGenerator random) {
        return of(job, "node-update", now, random).becauseOf(node);
    }

    /** One that looks at the same job later, since an earlier one came to nothing. */
    static Evaluation after(
            Evaluation earlier,
            String trigger,
            String description,
            Duration wait,
            Instant now,
            RandomGenerator random) {
        return earlier.successor(id(random), trigger, EvaluationStatus.PENDING, description, now.plus(wait), now);
    }

    private static EvaluationId id(RandomGenerator random) {
        return new EvaluationId(Ids.random(random));
    }
}
