package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which evaluation is to replace a failed allocation when its time has come. Made for one answer: the evaluations of a job
 * are gone through once, however many of its allocations are asked about.
 */
public final class FollowUps {
    private final Snapshot snapshot;
    private final TreeMap<JobKey, Optional<OfJob>> known = new TreeMap<>();

    public FollowUps(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** True for what failed and nothing has replaced: there may be such an evaluation, or come one. */
    public static boolean mayHave(Allocation allocation) {
        return allocation.client().status() == ClientStatus.FAILED
                && allocation.desiredStatus() == DesiredStatus.RUN
                && allocation.next().isEmpty();
    }

    /** Empty for what is not replaced, or not by an evaluation that waits already. */
    public Optional<EvaluationId> of(Allocation allocation) {
        if (!mayHave(allocation)) {
            return Optional.empty();
        }
        return known.computeIfAbsent(allocation.jobKey(), this::ofJob)
                .filter(it -> snapshot.isOf(it.job(), allocation))
                .flatMap(it -> it.of(allocation));
    }

    private Optional<OfJob> ofJob(JobKey key) {
        var waiting = new TreeMap<Instant, EvaluationId>();
        for (Evaluation evaluation : snapshot.evaluationsOf(key)) {
            if (evaluation.status() == EvaluationStatus.PENDING
                    && evaluation.triggeredBy().equals(Scheduler.FAILURE)
                    && evaluation.waitUntil().isAfter(Instant.EPOCH)) {
                waiting.putIfAbsent(evaluation.waitUntil(), evaluation.id());
            }
        }
        return snapshot.job(key)
                .filter(job -> !job.stop() && !waiting.isEmpty())
                // whatever the time is now: all that is to be replaced is later than this
                .map(job -> new OfJob(job, Rescheduling.seen(snapshot, job, Instant.MIN), waiting));
    }

    /** The evaluations that wait to replace what failed of a job, by their time. */
    private record OfJob(Job job, Rescheduling rescheduling, TreeMap<Instant, EvaluationId> waiting) {
        Optional<EvaluationId> of(Allocation failed) {
            return job.spec()
                    .group(failed.taskGroup())
                    .map(group -> rescheduling.of(group, failed))
                    .flatMap(decision ->
                            decision instanceof Rescheduling.Decision.Later later ? by(later.due()) : Optional.empty());
        }

        /** The one that takes along what is due then; one that is earlier still only makes another. */
        private Optional<EvaluationId> by(Instant due) {
            return Optional.ofNullable(waiting.floorEntry(due))
                    .filter(it -> !it.getKey().plus(Scheduler.BATCH).isBefore(due))
                    .map(it -> it.getValue());
        }
    }
}
