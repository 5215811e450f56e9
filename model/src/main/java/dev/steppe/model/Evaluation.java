package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import dev.steppe.model.codec.RecordShape;
import dev.steppe.model.codec.Rfc3339;
import java.time.Instant;
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

    public JobKey jobKey() {
        return new JobKey(namespace, jobId);
    }

    /** The same evaluation with another status and the reason for it. */
    public Evaluation with(EvaluationStatus newStatus, String description) {
        return scheduled(newStatus, description, failedGroups, queuedAllocations, blocked);
    }

    /** The same evaluation with the one that takes over from it. */
    public Evaluation followedBy(EvaluationId successor) {
        return RecordShape.with(this, "next", Optional.of(successor));
    }

    /** The same evaluation, of another job. */
    public Evaluation of(JobKey job, JobType jobType, int jobPriority, long index) {
        return new Evaluation(
                id,
                job.namespace(),
                jobPriority,
                jobType,
                triggeredBy,
                job.id(),
                index,
                nodeId,
                status,
                statusDescription,
                waitUntil,
                previous,
                next,
                blocked,
                Optional.empty(),
                failedGroups,
                queuedAllocations,
                snapshotIndex,
                createIndex,
                modifyIndex,
                createTime,
                modifyTime);
    }

    /** The same evaluation after a scheduler looked at it. */
    public Evaluation scheduled(
            EvaluationStatus newStatus,
            String description,
            SortedMap<String, AllocationMetric> failures,
            SortedMap<String, Integer> queued,
            Optional<EvaluationId> blockedBy) {
        return new Evaluation(
                id,
                namespace,
                priority,
                type,
                triggeredBy,
                jobId,
                jobModifyIndex,
                nodeId,
                newStatus,
                description,
                waitUntil,
                previous,
                next,
                blockedBy,
                deploymentId,
                failures,
                queued,
                snapshotIndex,
                createIndex,
                modifyIndex,
                createTime,
                modifyTime);
    }

    /** The same evaluation as part of a deployment, seen by a scheduler that knew the state up to an index. */
    public Evaluation seen(Optional<DeploymentId> deployment, long knownIndex) {
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
                deployment.or(() -> deploymentId),
                failedGroups,
                queuedAllocations,
                knownIndex,
                createIndex,
                modifyIndex,
                createTime,
                modifyTime);
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
