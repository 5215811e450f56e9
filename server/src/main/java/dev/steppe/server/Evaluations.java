package dev.steppe.server;

import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Ids;
import dev.steppe.model.Job;
import dev.steppe.model.JobSpec;
import dev.steppe.model.JobType;
import dev.steppe.model.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Makes new pending evaluations. */
final class Evaluations {
    private Evaluations() {}

    static Evaluation of(JobSpec job, String trigger, Instant now, RandomGenerator random) {
        return make(job, 0, trigger, Optional.empty(), now, random);
    }

    static Evaluation of(Job job, String trigger, Instant now, RandomGenerator random) {
        return make(job.spec(), job.modifyIndex(), trigger, Optional.empty(), now, random);
    }

    static Evaluation ofNode(Job job, NodeId node, Instant now, RandomGenerator random) {
        return make(job.spec(), job.modifyIndex(), "node-update", Optional.of(node), now, random);
    }

    /** One that looks at the same job later, since an earlier one came to nothing. */
    static Evaluation after(
            Evaluation earlier,
            String trigger,
            String description,
            Duration wait,
            Instant now,
            RandomGenerator random) {
        return new Evaluation(
                new EvaluationId(Ids.random(random)),
                earlier.namespace(),
                earlier.priority(),
                earlier.type(),
                trigger,
                earlier.jobId(),
                earlier.jobModifyIndex(),
                Optional.empty(),
                EvaluationStatus.PENDING,
                description,
                now.plus(wait),
                Optional.of(earlier.id()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Collections.emptySortedMap(),
                Collections.emptySortedMap(),
                0,
                0,
                0,
                now,
                now);
    }

    private static Evaluation make(
            JobSpec job, long jobIndex, String trigger, Optional<NodeId> node, Instant now, RandomGenerator random) {
        JobType type = job.type();
        return new Evaluation(
                new EvaluationId(Ids.random(random)),
                job.namespace(),
                job.priority(),
                type,
                trigger,
                job.id(),
                jobIndex,
                node,
                EvaluationStatus.PENDING,
                "",
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Collections.emptySortedMap(),
                Collections.emptySortedMap(),
                0,
                0,
                0,
                now,
                now);
    }
}
