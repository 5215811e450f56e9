package dev.steppe.state;

import dev.steppe.model.AccessToken;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.AutopilotSettings;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.FederatedRegion;
import dev.steppe.model.Intention;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.JoinToken;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodePool;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.ServerMember;
import dev.steppe.model.data.DataKey;
import dev.steppe.model.data.Variable;
import dev.steppe.model.data.VariableKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The next snapshot while one command is applied to the one before. Owned by the applying thread. */
final class Draft {
    long index;
    int format;
    final Map<Table, Long> tableIndexes;
    PersistentMap<JobKey, Job> jobs;
    PersistentMap<Snapshot.JobVersion, Job> versions;
    PersistentMap<Snapshot.JobVersion, SubmittedVersion> submissions;
    PersistentMap<NodeId, Node> nodes;
    PersistentMap<EvaluationId, Evaluation> evaluations;
    Index<JobKey, EvaluationId> evaluationsByJob;
    PersistentMap<AllocationId, Allocation> allocations;
    Index<JobKey, AllocationId> allocationsByJob;
    Index<NodeId, AllocationId> allocationsByNode;
    PersistentMap<DeploymentId, Deployment> deployments;
    Index<JobKey, DeploymentId> deploymentsByJob;
    PersistentMap<DeploymentId, Deployment> activeDeployments;
    PersistentMap<Snapshot.IntentionPair, Intention> intentions;
    PersistentMap<String, AuthorityRoot> roots;
    PersistentMap<NodeId, Long> freed;
    long freedBefore;
    private Fleet fleet;
    private Demand demand;
    private Optional<Fleet.Changes> fleetChanges = Optional.empty();
    PersistentMap<VariableKey, Variable> variables;
    PersistentMap<String, DataKey> dataKeys;
    PersistentMap<String, NodePool> nodePools;
    KeySpace keys;
    PersistentMap<JobKey, PeriodicLaunch> launches;
    PersistentMap<JobKey, ScalingHistory> scalings;
    PersistentMap<String, JoinToken> joinTokens;
    PersistentMap<String, ServerMember> servers;
    PersistentMap<String, FederatedRegion> regions;
    PersistentMap<String, AccessToken> accessTokens;
    SchedulerConfiguration scheduler;
    Optional<AutopilotSettings> autopilot;
    List<Command.RestorePart> restoring;
    final List<Event> events = new ArrayList<>();
    /** Nobody sees the tables before the draft becomes a snapshot. */
    private final PersistentMap.Edit edit = new PersistentMap.Edit();

    /** Starts from nothing. */
    Draft() {
        index = 1;
        format = LogFormat.FIRST;
        tableIndexes = new EnumMap<>(Table.class);
        jobs = PersistentMap.empty();
        versions = PersistentMap.empty();
        submissions = PersistentMap.empty();
        nodes = PersistentMap.empty();
        evaluations = PersistentMap.empty();
        evaluationsByJob = Index.empty();
        allocations = PersistentMap.empty();
        allocationsByJob = Index.empty();
        allocationsByNode = Index.empty();
        deployments = PersistentMap.empty();
        deploymentsByJob = Index.empty();
        activeDeployments = PersistentMap.empty();
        intentions = PersistentMap.empty();
        roots = PersistentMap.empty();
        freed = PersistentMap.empty();
        fleet = Fleet.empty();
        demand = Demand.none();
        variables = PersistentMap.empty();
        dataKeys = PersistentMap.empty();
        nodePools = PersistentMap.empty();
        keys = KeySpace.empty();
        launches = PersistentMap.empty();
        scalings = PersistentMap.empty();
        joinTokens = PersistentMap.empty();
        servers = PersistentMap.empty();
        regions = PersistentMap.empty();
        accessTokens = PersistentMap.empty();
        scheduler = SchedulerConfiguration.standard();
        autopilot = Optional.empty();
        restoring = List.of();
    }

    /** Starts the next index from a snapshot. */
    Draft(Snapshot from) {
        index = from.index() + 1;
        format = from.format();
        tableIndexes = new EnumMap<>(Table.class);
        tableIndexes.putAll(from.tableIndexes());
        takeFrom(from);
    }

    private void takeFrom(Snapshot from) {
        jobs = from.jobs;
        versions = from.versions;
        submissions = from.submissions;
        nodes = from.nodes;
        evaluations = from.evaluations;
        evaluationsByJob = from.evaluationsByJob;
        allocations = from.allocations;
        allocationsByJob = from.allocationsByJob;
        allocationsByNode = from.allocationsByNode;
        deployments = from.deployments;
        deploymentsByJob = from.deploymentsByJob;
        activeDeployments = from.activeDeployments;
        intentions = from.intentions;
        roots = from.roots;
        freed = from.freed;
        freedBefore = from.freedBefore;
        fleet = from.fleet();
        demand = from.demand();
        variables = from.variables;
        dataKeys = from.dataKeys;
        nodePools = from.nodePools;
        keys = from.keys;
        launches = from.launches;
        scalings = from.scalings;
        joinTokens = from.joinTokens;
        servers = from.servers;
        regions = from.regions;
        accessTokens = from.accessTokens;
        scheduler = from.schedulerConfiguration();
        autopilot = from.autopilot;
        restoring = from.restoring;
    }

    void put(ServerMember server) {
        servers = servers.put(server.id(), server);
    }

    void put(AccessToken token) {
        accessTokens = accessTokens.put(token.accessorId(), token);
    }

    void put(FederatedRegion region) {
        regions = regions.put(region.name(), region);
    }

    /** Takes everything from another state. Indexes never go back, and everybody who waits for any table is woken. */
    void replaceBy(Snapshot other) {
        index = Math.max(index, other.index() + 1);
        var present = servers;
        var neighbours = regions;
        format = Math.max(format, other.format());
        takeFrom(other);
        // an archive knows the servers and regions of its time, and these are others
        servers = present;
        regions = neighbours;
        restoring = List.of();
        for (Table table : Table.values()) {
            publish(new Event.Other(table));
        }
        publish(new Event.Replaced());
    }

    /** The nodes and what runs on them, as changed so far. Not to be asked before the last change. */
    Fleet fleet() {
        return fleetChanges.map(Fleet.Changes::done).orElse(fleet);
    }

    private Fleet.Changes fleetChanges() {
        var changes = fleetChanges.orElseGet(() -> new Fleet.Changes(fleet));
        fleetChanges = Optional.of(changes);
        return changes;
    }

    void publish(Event event) {
        tableIndexes.put(event.table(), index);
        events.add(event);
    }

    Demand demand() {
        return demand;
    }

    void put(Job job) {
        demand = jobs.get(job.key()).map(demand::without).orElse(demand).with(job);
        jobs = jobs.put(job.key(), job);
        versions = versions.put(new Snapshot.JobVersion(job.key(), job.version()), job);
        publish(new Event.JobChanged(job));
    }

    /** Puts a version that may or may not be the one that is registered. */
    void putVersion(Job job) {
        boolean current =
                jobs.get(job.key()).filter(it -> it.version() == job.version()).isPresent();
        if (current) {
            put(job);
        } else {
            versions = versions.put(new Snapshot.JobVersion(job.key(), job.version()), job);
            publish(new Event.Other(Table.JOBS));
        }
    }

    void put(SubmittedVersion submitted) {
        submissions = submissions.put(submitted.key(), submitted);
        publish(new Event.Other(Table.JOBS));
    }

    void put(Node node) {
        nodes = nodes.put(node.id(), node);
        fleetChanges().put(node);
        free(node.id());
        publish(new Event.NodeChanged(node));
    }

    Optional<Placements.Known> knownNode(NodeId node) {
        return nodes.get(node).map(it -> new Placements.Known(it.id(), it.spec().name()));
    }

    /** The node is gone; its allocations are what they are. */
    void remove(Node node) {
        nodes = nodes.remove(node.id());
        fleetChanges().remove(node.id());
        freed = freed.remove(node.id());
        publish(new Event.NodeForgotten(node));
    }

    void put(NodePool pool) {
        nodePools = nodePools.put(pool.name(), pool);
        publish(new Event.Other(Table.NODE_POOLS));
    }

    void removeNodePool(String name) {
        nodePools = nodePools.remove(name);
        publish(new Event.Other(Table.NODE_POOLS));
    }

    void put(Evaluation evaluation) {
        evaluations = evaluations.put(evaluation.id(), evaluation, edit);
        evaluationsByJob = evaluationsByJob.with(evaluation.jobKey(), evaluation.id(), edit);
        publish(new Event.EvaluationChanged(evaluation));
    }

    /** Puts evaluations that are new or changed. */
    void putAll(List<Evaluation> changed, Instant at) {
        for (Evaluation evaluation : changed) {
            var existing = evaluations.get(evaluation.id());
            put(evaluation.stored(
                    existing.map(Evaluation::createIndex).orElse(index),
                    index,
                    existing.map(Evaluation::createTime).orElse(at),
                    at));
        }
    }

    void put(PeriodicLaunch launch) {
        launches = launches.put(launch.key(), launch);
        publish(new Event.Other(Table.PERIODIC_LAUNCHES));
    }

    void put(ScalingHistory history) {
        scalings = scalings.put(history.key(), history);
        publish(new Event.Other(Table.SCALING_EVENTS));
    }

    void put(Deployment deployment) {
        deployments = deployments.put(deployment.id(), deployment);
        deploymentsByJob = deploymentsByJob.with(deployment.jobKey(), deployment.id(), edit);
        activeDeployments = deployment.isActive()
                ? activeDeployments.put(deployment.id(), deployment)
                : activeDeployments.remove(deployment.id());
        publish(new Event.DeploymentChanged(deployment));
    }

    void put(Allocation allocation, boolean byServer) {
        var before = allocations.get(allocation.id());
        allocations = allocations.put(allocation.id(), allocation, edit);
        if (before.isEmpty()) {
            allocationsByJob = allocationsByJob.with(allocation.jobKey(), allocation.id(), edit);
            allocationsByNode = allocationsByNode.with(allocation.nodeId(), allocation.id(), edit);
        }
        boolean held = before.isPresent() && before.get().holdsResources();
        if (held != allocation.holdsResources()) {
            fleetChanges().use(allocation.nodeId(), usage -> held ? usage.minus(allocation) : usage.plus(allocation));
            if (held) {
                free(allocation.nodeId());
            }
        }
        publish(new Event.AllocationChanged(allocation, byServer));
    }

    /** More may fit on a node than before. */
    private void free(NodeId node) {
        freed = freed.put(node, index);
    }

    void remove(Evaluation evaluation) {
        evaluations = evaluations.remove(evaluation.id());
        evaluationsByJob = evaluationsByJob.without(evaluation.jobKey(), evaluation.id());
        publish(new Event.Other(Table.EVALUATIONS));
    }

    void remove(Deployment deployment) {
        deployments = deployments.remove(deployment.id());
        deploymentsByJob = deploymentsByJob.without(deployment.jobKey(), deployment.id());
        activeDeployments = activeDeployments.remove(deployment.id());
        publish(new Event.Other(Table.DEPLOYMENTS));
    }

    void remove(Allocation allocation) {
        allocations = allocations.remove(allocation.id());
        allocationsByJob = allocationsByJob.without(allocation.jobKey(), allocation.id());
        allocationsByNode = allocationsByNode.without(allocation.nodeId(), allocation.id());
        if (allocation.holdsResources()) {
            fleetChanges().use(allocation.nodeId(), usage -> usage.minus(allocation));
        }
        publish(new Event.AllocationForgotten(allocation.id(), allocation.nodeId()));
    }

    void removeJob(JobKey key) {
        demand = jobs.get(key).map(demand::without).orElse(demand);
        jobs = jobs.remove(key);
        removeLaunch(key);
        if (scalings.containsKey(key)) {
            scalings = scalings.remove(key);
            publish(new Event.Other(Table.SCALING_EVENTS));
        }
        publish(new Event.JobForgotten(key));
    }

    void removeLaunch(JobKey key) {
        if (launches.containsKey(key)) {
            launches = launches.remove(key);
            publish(new Event.Other(Table.PERIODIC_LAUNCHES));
        }
    }

    void removeVersion(Job job) {
        var version = new Snapshot.JobVersion(job.key(), job.version());
        versions = versions.remove(version);
        submissions = submissions.remove(version);
    }
}
