package dev.steppe.api.nomad;

import dev.steppe.model.AllocatedResources;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.DeploymentHealth;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.DrainMetadata;
import dev.steppe.model.DriverInfo;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeCapacity;
import dev.steppe.model.RescheduleTracker;
import dev.steppe.model.ScalingEvent;
import dev.steppe.model.TaskState;
import dev.steppe.model.codec.Flat;
import dev.steppe.model.codec.Json;
import dev.steppe.model.codec.Rfc3339;
import dev.steppe.model.diff.JobDiff;
import dev.steppe.scheduler.DesiredUpdates;
import dev.steppe.scheduler.Loss;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** The published shapes that differ from the model's: a noun with what is computed about it, and the stubs of lists. */
final class Shapes {
    private Shapes() {}

    /** A job with its status. */
    record JobView(@Flat Job job, String status, String statusDescription) {}

    /** A job in a list. */
    record JobStub(
            String id,
            @Json("ParentID") String parentId,
            String name,
            String namespace,
            List<String> datacenters,
            String nodePool,
            String type,
            int priority,
            boolean periodic,
            boolean parameterizedJob,
            boolean stop,
            String status,
            String statusDescription,
            JobSummary jobSummary,
            long createIndex,
            long modifyIndex,
            long jobModifyIndex,
            Instant submitTime,
            SortedMap<String, String> meta) {}

    /** How many allocations of a job are in which state, by group. */
    record JobSummary(
            String jobId,
            String namespace,
            SortedMap<String, GroupSummary> summary,
            ChildrenSummary children,
            long createIndex,
            long modifyIndex) {}

    /** Counts of one group. */
    record GroupSummary(int queued, int complete, int failed, int running, int starting, int lost, int unknown) {}

    /** Counts of jobs made from a periodic or parameterized one. */
    record ChildrenSummary(long pending, long running, long dead) {}

    /** An allocation with the job version it runs. */
    record AllocationView(
            @Flat Allocation allocation,
            Optional<JobView> job,
            @Json("FollowupEvalID") String followUp) {}

    /** An allocation in a list. */
    record AllocationStub(
            String id,
            @Json("EvalID") String evaluationId,
            String name,
            String namespace,
            String nodeId,
            String nodeName,
            String jobId,
            String jobType,
            long jobVersion,
            String taskGroup,
            Optional<AllocatedResources> allocatedResources,
            String desiredStatus,
            String desiredDescription,
            String clientStatus,
            String clientDescription,
            SortedMap<String, TaskState> taskStates,
            Optional<DeploymentHealth> deploymentStatus,
            Optional<DeploymentId> deploymentId,
            @Json("FollowupEvalID") String followUp,
            Optional<RescheduleTracker> rescheduleTracker,
            @Json("NextAllocation") String next,
            List<AllocationId> preemptedAllocations,
            @Json("PreemptedByAllocation") String preemptedBy,
            long createIndex,
            long modifyIndex,
            Instant createTime,
            Instant modifyTime) {}

    /** A node with the fields that are computed about it. */
    record NodeView(@Flat Node node, boolean drain) {
        static NodeView of(Node node) {
            return new NodeView(node, node.drain().isPresent());
        }
    }

    /** A node in a list. */
    record NodeStub(
            String address,
            String id,
            SortedMap<String, String> attributes,
            String datacenter,
            String name,
            String nodeClass,
            String nodePool,
            String version,
            boolean drain,
            String schedulingEligibility,
            String status,
            String statusDescription,
            SortedMap<String, DriverInfo> drivers,
            Optional<NodeCapacity> nodeResources,
            Optional<DrainMetadata> lastDrain,
            long createIndex,
            long modifyIndex) {}

    /** What a write of a job answers. */
    record JobWrittenReply(
            @Json("EvalID") String evaluationId,
            @Json("EvalCreateIndex") long evaluationCreateIndex,
            long jobModifyIndex,
            String warnings,
            long index,
            boolean knownLeader,
            long lastContact) {}

    /** What forcing a launch answers. */
    record ForceReply(
            @Json("EvalID") String evaluationId,
            @Json("EvalCreateIndex") long evaluationCreateIndex,
            long index) {}

    /** What a dispatch answers. */
    record DispatchReply(
            @Json("DispatchedJobID") String child,
            @Json("EvalID") String evaluationId,
            @Json("EvalCreateIndex") long evaluationCreateIndex,
            long jobCreateIndex,
            long index) {}

    /** How many instances each group of a job is to have and has, and what was said about that. */
    record ScaleStatus(
            String jobId,
            String namespace,
            long jobCreateIndex,
            long jobModifyIndex,
            boolean jobStopped,
            SortedMap<String, GroupScale> taskGroups) {}

    /** The same of one group. */
    record GroupScale(int desired, int placed, int running, int healthy, int unhealthy, List<ScalingEvent> events) {}

    /** Bounds of a group's count, with what an autoscaler is told. */
    record ScalingPolicyView(
            String id,
            String namespace,
            SortedMap<String, String> target,
            String type,
            int min,
            int max,
            SortedMap<String, Object> policy,
            boolean enabled,
            long createIndex,
            long modifyIndex) {}

    /** The same in a list. */
    record ScalingPolicyStub(
            String id,
            boolean enabled,
            String type,
            SortedMap<String, String> target,
            long createIndex,
            long modifyIndex) {}

    /** An evaluation with those that are related to it. */
    record EvaluationView(
            @Flat Evaluation evaluation,
            @Json("RelatedEvals") List<EvaluationStub> related) {}

    /** An evaluation in a list of related ones. */
    record EvaluationStub(
            String id,
            int priority,
            String type,
            String triggeredBy,
            String namespace,
            String jobId,
            String nodeId,
            String deploymentId,
            String status,
            String statusDescription,
            @Rfc3339 Instant waitUntil,
            @Json("NextEval") String next,
            @Json("PreviousEval") String previous,
            @Json("BlockedEval") String blocked,
            long createIndex,
            long modifyIndex,
            Instant createTime,
            Instant modifyTime) {}

    /** How many evaluations were deleted. */
    record EvaluationsDeleted(int count) {}

    /** The answer to a validation; {@code refused} is what is right and would not be run all the same. */
    record ValidationReply(
            boolean driverConfigValidated,
            List<String> validationErrors,
            String error,
            String warnings,
            List<String> refused) {}

    /** All kept versions of a job. */
    record VersionsReply(List<JobView> versions, List<JobDiff> diffs) {}

    /** What registering a job would lead to. */
    record PlanReply(
            long jobModifyIndex,
            @Json("CreatedEvals") List<Evaluation> createdEvaluations,
            Optional<JobDiff> diff,
            PlanAnnotations annotations,
            @Json("FailedTGAllocs") SortedMap<String, AllocationMetric> failed,
            @Rfc3339 Instant nextPeriodicLaunch,
            String warnings) {}

    /** What would become of the instances of each group. */
    record PlanAnnotations(
            @Json("DesiredTGUpdates") SortedMap<String, DesiredUpdates> groups,
            List<AllocationStub> preemptedAllocs,
            List<Loss> preemptedJobs) {}

    /** A service instance in Nomad's own words. */
    record Registration(
            String id,
            String serviceName,
            String namespace,
            String nodeId,
            String datacenter,
            String jobId,
            @Json("AllocID") String allocationId,
            List<String> tags,
            String address,
            int port,
            long createIndex,
            long modifyIndex) {}

    /** The services of a namespace. */
    record ServiceGroup(String namespace, List<ServiceStub> services) {}

    /** A service in a list. */
    record ServiceStub(String serviceName, List<String> tags) {}

    /** A file of an allocation. */
    record FileInfo(
            String name,
            boolean isDir,
            long size,
            String fileMode,
            @Json("ModTime") String modified,
            String contentType) {}
}
