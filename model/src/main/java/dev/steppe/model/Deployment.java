package dev.steppe.model;

import dev.steppe.model.codec.Json;
import dev.steppe.model.codec.RecordShape;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The way of one version of a job into use: which of its groups change, how far they are, and how it ended. There is at
 * most one active deployment of a job. {@code progressIndex} is that of the last change that lets the scheduler go on.
 */
public record Deployment(
        DeploymentId id,
        String namespace,
        JobId jobId,
        long jobVersion,
        long jobModifyIndex,
        long jobSpecModifyIndex,
        long jobCreateIndex,
        @Json("IsMultiregion") boolean multiregion,
        SortedMap<String, DeploymentState> taskGroups,
        DeploymentStatus status,
        String statusDescription,
        @Json("EvalPriority") int priority,
        long progressIndex,
        long createIndex,
        long modifyIndex,
        Instant createTime,
        Instant modifyTime) {

    public static final String RUNNING = "Deployment is running";
    public static final String NEEDS_PROMOTION = "Deployment is running but requires manual promotion";
    public static final String PROMOTES_ITSELF = "Deployment is running pending automatic promotion";
    public static final String PAUSED = "Deployment is paused";
    public static final String SUCCESSFUL = "Deployment completed successfully";
    public static final String STOPPED = "Cancelled because job is stopped";
    public static final String SUPERSEDED = "Cancelled due to newer version of job";
    public static final String UNHEALTHY = "Failed due to unhealthy allocations";
    public static final String NO_PROGRESS = "Failed due to progress deadline";
    public static final String MARKED_FAILED = "Deployment marked as failed";

    /** A deployment of a job's version that begins; the state fills in indexes and times. */
    public static Deployment begin(
            DeploymentId id, Job job, int priority, SortedMap<String, DeploymentState> groups, Instant now) {
        return new Deployment(
                        id,
                        job.spec().namespace(),
                        job.spec().id(),
                        job.version(),
                        job.modifyIndex(),
                        job.jobModifyIndex(),
                        job.createIndex(),
                        false,
                        groups,
                        DeploymentStatus.RUNNING,
                        "",
                        priority,
                        0,
                        0,
                        0,
                        now,
                        now)
                .running();
    }

    public JobKey jobKey() {
        return new JobKey(namespace, jobId);
    }

    public boolean isActive() {
        return status.isActive();
    }

    /** True for the deployment of just this version of just this job. */
    public boolean isOf(Job job) {
        return jobVersion == job.version() && jobCreateIndex == job.createIndex();
    }

    /** True while canaries of some group wait for promotion. */
    public boolean needsPromotion() {
        return taskGroups.values().stream().anyMatch(DeploymentState::isTrying);
    }

    /** True when all groups that try canaries promote them by themselves. */
    public boolean promotesItself() {
        return needsPromotion()
                && taskGroups.values().stream()
                        .filter(DeploymentState::isTrying)
                        .allMatch(DeploymentState::autoPromote);
    }

    /** True when its failure brings an earlier version back. */
    public boolean revertsItself() {
        return taskGroups.values().stream().anyMatch(DeploymentState::autoRevert);
    }

    /** The same, running, with the description that goes with what it waits for. */
    public Deployment running() {
        String description;
        if (needsPromotion()) {
            description = promotesItself() ? PROMOTES_ITSELF : NEEDS_PROMOTION;
        } else {
            description = RUNNING;
        }
        return with(DeploymentStatus.RUNNING, description);
    }

    /** The same with another status and what it means. */
    public Deployment with(DeploymentStatus newStatus, String description) {
        return RecordShape.with(RecordShape.with(this, "status", newStatus), "statusDescription", description);
    }

    /** The same with the state of one group changed. */
    public Deployment with(String group, DeploymentState state) {
        var groups = new TreeMap<>(taskGroups);
        groups.put(group, state);
        return RecordShape.with(this, "taskGroups", Collections.unmodifiableSortedMap(groups));
    }

    /** The same with something in it for the scheduler to look at. */
    public Deployment noteworthy(long index) {
        return RecordShape.with(this, "progressIndex", index);
    }

    /** The same as the state keeps it, written at the given index and time. */
    public Deployment stored(long firstIndex, long index, Instant created, Instant now) {
        return new Deployment(
                id,
                namespace,
                jobId,
                jobVersion,
                jobModifyIndex,
                jobSpecModifyIndex,
                jobCreateIndex,
                multiregion,
                taskGroups,
                status,
                statusDescription,
                priority,
                progressIndex,
                firstIndex,
                index,
                created,
                now);
    }
}
