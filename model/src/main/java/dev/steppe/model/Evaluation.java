package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import dev.steppe.model.codec.RecordShape;
import dev.steppe.model.codec.Rfc3339;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;

/** A request to the scheduler to look at one job, because something changed, and what came of it. */
public record Evaluation(
        EvaluationId id,
        @Default("default") String namespace,
        int priority,
        JobType type,
        String triggeredBy,
        JobId jobId,
        long jobModifyIndex,
        @Json("NodeID") Optional<NodeId> nodeId,
        EvaluationStatus status,
        String statusDescription,
        @Rfc3339 Instant waitUntil,
        @Json("PreviousEval") Optional<EvaluationId> previous,
        @Json("NextEval") Optional<EvaluationId> next,
        @Json("BlockedEval") Optional<EvaluationId> blocked,
        Optional<DeploymentId> deploymentId,
        @Json("FailedTGAllocs") SortedMap<String, AllocationMetric> failedGroups,
        SortedMap<String, Integer> queuedAllocations,
        long snapshotIndex,
        long createIndex,
        long modifyIndex,
        Instant createTime,
        Instant modifyTime) {

    /** One that is pending and has not been looked at; {@code jobIndex} is when the job last changed. */
    public static Evaluation fresh(EvaluationId id, JobSpec job, long jobIndex, String trigger, Instant now) {
        return new Evaluation(
                id,
                job.namespace(),
                job.priority(),
                job.type(),
                trigger,
                job.id(),
                jobIndex,
                Optional.empty(),
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

    /** A fresh one of the same job that comes after this one. */
    public Evaluation successor(
            EvaluationId successor,
            String trigger,
            EvaluationStatus itsStatus,
            String description,
            Instant due,
            Instant now) {
        return new Evaluation(
                successor,
                namespace,
                priority,
                type,
                trigger,
                jobId,
                jobModifyIndex,
                Optional.empty(),
                itsStatus,
                description,
                due,
                Optional.of(id),
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

    public JobKey jobKey() {
        return new JobKey(namespace, jobId);
    }

    /** The same evaluation, because of a node. */
    public Evaluation becauseOf(NodeId node) {
        return RecordShape.with(this, "nodeId", Optional.of(node));
    }

    /** The same evaluation with another status and the reason for it. */
    public Evaluation with(EvaluationStatus newStatus, String description) {
        return RecordShape.with(
                this,
                new RecordShape.Value("status", newStatus),
                new RecordShape.Value("statusDescription", description));
    }

    /** The same evaluation with the one that takes over from it. */
    public Evaluation followedBy(EvaluationId successor) {
        return RecordShape.with(this, "next", Optional.of(successor));
    }

    /** The same evaluation, of another job. */
    public Evaluation of(JobKey job, JobType jobType, int jobPriority, long index) {
        return RecordShape.with(
                this,
                new RecordShape.Value("namespace", job.namespace()),
                new RecordShape.Value("priority", jobPriority),
                new RecordShape.Value("type", jobType),
                new RecordShape.Value("jobId", job.id()),
                new RecordShape.Value("jobModifyIndex", index),
                new RecordShape.Value("deploymentId", Optional.empty()));
    }

    /** The same evaluation after a scheduler looked at it. */
    public Evaluation scheduled(
            EvaluationStatus newStatus,
            String description,
            SortedMap<String, AllocationMetric> failures,
            SortedMap<String, Integer> queued,
            Optional<EvaluationId> blockedBy) {
        return RecordShape.with(
                this,
                new RecordShape.Value("status", newStatus),
                new RecordShape.Value("statusDescription", description),
                new RecordShape.Value("failedGroups", failures),
                new RecordShape.Value("queuedAllocations", queued),
                new RecordShape.Value("blocked", blockedBy));
    }

    /** The same evaluation, seen by a scheduler that knew the state up to an index. */
    public Evaluation seen(long knownIndex) {
        return RecordShape.with(this, "snapshotIndex", knownIndex);
    }

    /** The same evaluation as part of a deployment, seen by a scheduler that knew the state up to an index. */
    public Evaluation seen(Optional<DeploymentId> deployment, long knownIndex) {
        return RecordShape.with(seen(knownIndex), "deploymentId", deployment.or(() -> deploymentId));
    }

    /** The same evaluation as the state keeps it, written at the given index and time. */
    public Evaluation stored(long firstIndex, long index, Instant created, Instant now) {
        return new Evaluation(
                id,
                namespace,
                priority,
                type,
                triggeredBy,
                jobId,
                jobModifyIndex,
                nodeId,
                status,
                statusDescription,
                waitUntil,
                previous,
                next,
                blocked,
                deploymentId,
                failedGroups,
                queuedAllocations,
                snapshotIndex,
                firstIndex,
                index,
                created,
                now);
    }
}
