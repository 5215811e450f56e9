package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Flat;
import dev.steppe.model.codec.Json;
import dev.steppe.model.codec.RecordShape;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One instance of a task group on a node. It refers to its job by version and does not carry a copy. */
public record Allocation(
        AllocationId id,
        @Default("default") String namespace,
        @Json("EvalID") EvaluationId evaluationId,
        String name,
        @Json("NodeID") NodeId nodeId,
        String nodeName,
        JobId jobId,
        long jobVersion,
        String taskGroup,
        AllocatedResources allocatedResources,
        DesiredStatus desiredStatus,
        String desiredDescription,
        DesiredTransition desiredTransition,
        Optional<DeploymentId> deploymentId,
        Optional<RescheduleTracker> rescheduleTracker,
        @Json("PreviousAllocation") Optional<AllocationId> previous,
        @Json("NextAllocation") Optional<AllocationId> next,
        Optional<AllocationMetric> metrics,
        @Flat ClientState client,
        List<AllocationId> preemptedAllocations,
        @Json("PreemptedByAllocation") Optional<AllocationId> preemptedBy,
        long epoch,
        long createIndex,
        long modifyIndex,
        long allocModifyIndex,
        Instant createTime,
        Instant modifyTime) {

    public JobKey jobKey() {
        return new JobKey(namespace, jobId);
    }

    /** The instance number within the group, from the name {@code job.group[number]}. */
    public int index() {
        int open = name.lastIndexOf('[');
        return open < 0 ? 0 : Integer.parseInt(name.substring(open + 1, name.length() - 1));
    }

    /** True when neither side wants it to run any more. */
    public boolean isTerminal() {
        return desiredStatus != DesiredStatus.RUN || client.status().isTerminal();
    }

    /**
     * True while its resources count as used. A stopping allocation's do not: its node starts a successor only when it
     * has ended.
     */
    public boolean holdsResources() {
        return !isTerminal();
    }

    /** True when it proved to work. */
    public boolean isHealthy() {
        return client.health().flatMap(DeploymentHealth::healthy).orElse(false);
    }

    /** True when it proved not to work. */
    public boolean isUnhealthy() {
        return client.health()
                .flatMap(DeploymentHealth::healthy)
                .map(healthy -> !healthy)
                .orElse(false);
    }

    /** True while it is tried out beside the instances of the version before. */
    public boolean isCanary() {
        return client.health().map(DeploymentHealth::canary).orElse(false);
    }

    /** The failed allocations it stands for. */
    public RescheduleTracker reschedules() {
        return rescheduleTracker.orElse(RescheduleTracker.NONE);
    }

    /** The same allocation with what the servers want of it changed. */
    public Allocation desired(DesiredStatus status, String description) {
        return with(status, description, desiredTransition, next, client);
    }

    /**
     * The same allocation with what its node reports changed. A verdict on its health stands once it is there; one that
     * was found in another deployment does not count.
     */
    public Allocation heard(ClientState state) {
        var known = client.health();
        var fresh = state.health().filter(health -> health.deploymentId().equals(deploymentId));
        if (known.isEmpty()) {
            return reported(state.judged(fresh));
        }
        boolean open = known.get().healthy().isEmpty();
        var verdict = fresh.filter(health -> open)
                .flatMap(health -> health.healthy().map(healthy -> known.get().decided(healthy, health.timestamp())));
        return reported(state.judged(verdict.or(() -> known)));
    }

    /** The same allocation with the part that its node reports changed. */
    public Allocation reported(ClientState state) {
        return with(desiredStatus, desiredDescription, desiredTransition, next, state);
    }

    /** The same allocation in a status that its node does not tell itself, with the reason for it. */
    public Allocation reported(ClientStatus status, String reason) {
        return reported(client.with(status, reason));
    }

    /** The same allocation, told which one replaced it. */
    public Allocation replacedBy(AllocationId replacement) {
        return with(desiredStatus, desiredDescription, desiredTransition, Optional.of(replacement), client);
    }

    /** The same allocation with more asked of it. */
    public Allocation asked(DesiredTransition more) {
        return with(desiredStatus, desiredDescription, desiredTransition.and(more), next, client);
    }

    /** The same allocation, told which one it had to make room for. */
    public Allocation preemptedBy(AllocationId winner) {
        return RecordShape.with(this, "preemptedBy", Optional.of(winner));
    }

    private Allocation with(
            DesiredStatus status,
            String description,
            DesiredTransition transition,
            Optional<AllocationId> replacement,
            ClientState state) {
        return new Allocation(
                id,
                namespace,
                evaluationId,
                name,
                nodeId,
                nodeName,
                jobId,
                jobVersion,
                taskGroup,
                allocatedResources,
                status,
                description,
                transition,
                deploymentId,
                rescheduleTracker,
                previous,
                replacement,
                metrics,
                state,
                preemptedAllocations,
                preemptedBy,
                epoch,
                createIndex,
                modifyIndex,
                allocModifyIndex,
                createTime,
                modifyTime);
    }

    /** An allocation that has this one's place in its job's life, with what is its own. */
    public Allocation placed(
            AllocationId ownId,
            String ownName,
            NodeId node,
            String nameOfNode,
            Optional<AllocationId> replaces,
            long ownEpoch,
            AllocatedResources resources,
            Optional<AllocationMetric> seen) {
        return new Allocation(
                ownId,
                namespace,
                evaluationId,
                ownName,
                node,
                nameOfNode,
                jobId,
                jobVersion,
                taskGroup,
                resources,
                desiredStatus,
                desiredDescription,
                desiredTransition,
                deploymentId,
                rescheduleTracker,
                replaces,
                next,
                seen,
                client,
                preemptedAllocations,
                preemptedBy,
                ownEpoch,
                createIndex,
                modifyIndex,
                allocModifyIndex,
                createTime,
                modifyTime);
    }

    /** The same allocation without what tells why it is where it is. */
    public Allocation withoutMetrics() {
        return metrics.isEmpty()
                ? this
                : placed(id, name, nodeId, nodeName, previous, epoch, allocatedResources, Optional.empty());
    }

    /**
     * The same allocation moved to another version of its job, without being replaced. In another deployment it has to
     * prove itself again.
     */
    public Allocation updated(long version, EvaluationId evaluation, Optional<DeploymentId> deployment) {
        boolean anew = deployment.isPresent() && !deployment.equals(deploymentId);
        var judged = anew ? client.judged(Optional.of(DeploymentHealth.unknown(deployment, false))) : client;
        return RecordShape.with(
                this,
                new RecordShape.Value("evaluationId", evaluation),
                new RecordShape.Value("jobVersion", version),
                new RecordShape.Value("deploymentId", deployment.or(() -> deploymentId)),
                new RecordShape.Value("client", judged));
    }

    /** The same allocation as the live instance of its name again: nothing replaces it any more. */
    public Allocation resumed(long newEpoch) {
        return RecordShape.with(
                this, new RecordShape.Value("next", Optional.empty()), new RecordShape.Value("epoch", newEpoch));
    }

    /** The same allocation after a change by a server. */
    public Allocation stored(long index, Instant now) {
        return stored(createIndex, index, index, createTime, now);
    }

    /** The same allocation as the state keeps it. {@code serverIndex} is the last change by a server, for the nodes. */
    public Allocation stored(long firstIndex, long index, long serverIndex, Instant created, Instant now) {
        return new Allocation(
                id,
                namespace,
                evaluationId,
                name,
                nodeId,
                nodeName,
                jobId,
                jobVersion,
                taskGroup,
                allocatedResources,
                desiredStatus,
                desiredDescription,
                desiredTransition,
                deploymentId,
                rescheduleTracker,
                previous,
                next,
                metrics,
                client,
                preemptedAllocations,
                preemptedBy,
                epoch,
                firstIndex,
                index,
                serverIndex,
                created,
                now);
    }
}
