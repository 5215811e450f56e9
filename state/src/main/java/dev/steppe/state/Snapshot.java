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
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JoinToken;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodePool;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.ServerMember;
import dev.steppe.model.Submission;
import dev.steppe.model.data.DataKey;
import dev.steppe.model.data.KeyOperation;
import dev.steppe.model.data.Variable;
import dev.steppe.model.data.VariableKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The whole state at one index. Immutable: it may be kept and read from any thread for as long as one likes, while the
 * state moves on.
 */
public final class Snapshot {
    private final long index;
    private final Map<Table, Long> tableIndexes;
    final PersistentMap<JobKey, Job> jobs;
    final PersistentMap<JobVersion, Job> versions;
    final PersistentMap<JobVersion, SubmittedVersion> submissions;
    final PersistentMap<NodeId, Node> nodes;
    final PersistentMap<EvaluationId, Evaluation> evaluations;
    final Index<JobKey, EvaluationId> evaluationsByJob;
    final PersistentMap<AllocationId, Allocation> allocations;
    final Index<JobKey, AllocationId> allocationsByJob;
    final Index<NodeId, AllocationId> allocationsByNode;
    final PersistentMap<DeploymentId, Deployment> deployments;
    final Index<JobKey, DeploymentId> deploymentsByJob;
    final PersistentMap<DeploymentId, Deployment> activeDeployments;
    final PersistentMap<IntentionPair, Intention> intentions;
    final PersistentMap<String, AuthorityRoot> roots;
    final PersistentMap<NodeId, Long> freed;
    final long freedBefore;
    private final Fleet fleet;
    private final Demand demand;
    final PersistentMap<VariableKey, Variable> variables;
    final PersistentMap<String, DataKey> dataKeys;
    final PersistentMap<String, NodePool> nodePools;
    final KeySpace keys;
    final PersistentMap<JobKey, PeriodicLaunch> launches;
    final PersistentMap<JobKey, ScalingHistory> scalings;
    final PersistentMap<String, JoinToken> joinTokens;
    final PersistentMap<String, ServerMember> servers;
    final PersistentMap<String, FederatedRegion> regions;
    final PersistentMap<String, AccessToken> accessTokens;
    private final int format;
    private final SchedulerConfiguration scheduler;
    final Optional<AutopilotSettings> autopilot;
    final List<Command.RestorePart> restoring;

    /** One version of a job. */
    record JobVersion(JobKey job, long version) implements Comparable<JobVersion> {
        @Override
        public int compareTo(JobVersion other) {
            int byJob = job.compareTo(other.job);
            return byJob != 0 ? byJob : Long.compare(version, other.version);
        }
    }

    /** What an intention is about. */
    record IntentionPair(String source, String destination) implements Comparable<IntentionPair> {
        @Override
        public int compareTo(IntentionPair other) {
            int byDestination = destination.compareTo(other.destination);
            return byDestination != 0 ? byDestination : source.compareTo(other.source);
        }
    }

    Snapshot(Draft draft) {
        index = draft.index;
        tableIndexes = Collections.unmodifiableMap(new EnumMap<>(draft.tableIndexes));
        jobs = draft.jobs;
        versions = draft.versions;
        submissions = draft.submissions;
        nodes = draft.nodes;
        evaluations = draft.evaluations;
        evaluationsByJob = draft.evaluationsByJob;
        allocations = draft.allocations;
        allocationsByJob = draft.allocationsByJob;
        allocationsByNode = draft.allocationsByNode;
        deployments = draft.deployments;
        deploymentsByJob = draft.deploymentsByJob;
        activeDeployments = draft.activeDeployments;
        intentions = draft.intentions;
        roots = draft.roots;
        freed = draft.freed;
        freedBefore = draft.freedBefore;
        fleet = draft.fleet();
        demand = draft.demand();
        variables = draft.variables;
        dataKeys = draft.dataKeys;
        nodePools = draft.nodePools;
        keys = draft.keys;
        launches = draft.launches;
        scalings = draft.scalings;
        joinTokens = draft.joinTokens;
        servers = draft.servers;
        regions = draft.regions;
        accessTokens = draft.accessTokens;
        format = draft.format;
        scheduler = draft.scheduler;
        autopilot = draft.autopilot;
        restoring = draft.restoring;
    }

    /** The state before the first command. */
    public static Snapshot empty() {
        return new Snapshot(new Draft());
    }

    /** Counts the commands applied so far, and 1: indexes of change are at least 1, as clients expect. */
    public long index() {
        return index;
    }

    /** The index of the last change in any of these tables; at least 1. */
    public long index(Table... tables) {
        long newest = 1;
        for (Table table : tables) {
            newest = Math.max(newest, tableIndexes.getOrDefault(table, 1L));
        }
        return newest;
    }

    /** For each node the index at which it last changed or an allocation last freed what it held there, as far as is known. */
    public PersistentMap<NodeId, Long> freed() {
        return freed;
    }

    /** Until this index any node may have changed or have had something freed. */
    public long freedBefore() {
        return freedBefore;
    }

    Map<Table, Long> tableIndexes() {
        return tableIndexes;
    }

    /** All jobs, by namespace and id. */
    public Iterable<Job> jobs() {
        return jobs;
    }

    /** Tells which jobs are not what they were in an earlier state, at the cost of those alone. */
    public void jobsSince(Snapshot before, PersistentMap.Change<JobKey, Job> change) {
        jobs.since(before.jobs, change);
    }

    public Optional<Job> job(JobKey key) {
        return jobs.get(key);
    }

    /** The jobs that a periodic or parameterized job launched, by id. */
    public List<Job> childrenOf(JobKey parent) {
        String prefix = parent.id().value() + "/";
        var found = new ArrayList<Job>();
        for (Job job : jobs.from(new JobKey(parent.namespace(), new JobId(prefix)))) {
            boolean inside = job.spec().namespace().equals(parent.namespace())
                    && job.spec().id().value().startsWith(prefix);
            if (!inside) {
                break;
            }
            if (job.origin().parentId().equals(parent.id().value())) {
                found.add(job);
            }
        }
        return found;
    }

    /** Up to when the launches of each periodic job are decided. */
    public Iterable<PeriodicLaunch> periodicLaunches() {
        return launches;
    }

    public Optional<PeriodicLaunch> periodicLaunch(JobKey job) {
        return launches.get(job);
    }

    /** What was said about the counts of a job's groups. */
    public ScalingHistory scaling(JobKey job) {
        return scalings.get(job).orElseGet(() -> ScalingHistory.none(job));
    }

    /** A version of a job that something still refers to. */
    public Optional<Job> job(JobKey key, long version) {
        return versions.get(new JobVersion(key, version));
    }

    /** The job version an allocation runs. */
    public Optional<Job> jobOf(Allocation allocation) {
        return job(allocation.jobKey(), allocation.jobVersion());
    }

    /** False for what a purged job of the same name left behind and this one did not take over. */
    public boolean isOf(Job job, Allocation allocation) {
        return allocation.createIndex() >= job.createIndex()
                || jobOf(allocation)
                        .filter(version -> version.createIndex() == job.createIndex())
                        .isPresent();
    }

    /** All kept versions of a job, newest first. */
    public List<Job> versionsOf(JobKey key) {
        var found = new ArrayList<Job>();
        for (Job job : versions.from(new JobVersion(key, 0))) {
            if (!job.key().equals(key)) {
                break;
            }
            found.add(job);
        }
        Collections.reverse(found);
        return found;
    }

    /** The kept versions of the job that is registered now, newest first; not those of one that was purged before it. */
    public List<Job> historyOf(JobKey key) {
        return job(key).map(now -> versionsOf(key).stream()
                        .filter(version -> version.createIndex() == now.createIndex())
                        .toList())
                .orElse(List.of());
    }

    /** What was submitted as a version of a job, if it was kept. */
    public Optional<Submission> submission(JobKey key, long version) {
        return submissions.get(new JobVersion(key, version)).map(SubmittedVersion::submission);
    }

    /** All nodes, by id. */
    public Iterable<Node> nodes() {
        return nodes;
    }

    /** Tells which nodes are not what they were in an earlier state, at the cost of those alone. */
    public void nodesSince(Snapshot before, PersistentMap.Change<NodeId, Node> change) {
        nodes.since(before.nodes, change);
    }

    public int nodeCount() {
        return nodes.size();
    }

    public Optional<Node> node(NodeId id) {
        return nodes.get(id);
    }

    /** All pools of nodes, by name, those among them that are always there. */
    public List<NodePool> nodePools() {
        var all = new TreeMap<String, NodePool>();
        all.put(NodePool.ALL, NodePool.named(NodePool.ALL, "Node pool with all nodes in the cluster."));
        all.put(NodePool.DEFAULT, NodePool.named(NodePool.DEFAULT, "Default node pool."));
        nodePools.forEach(pool -> all.put(pool.name(), pool));
        return List.copyOf(all.values());
    }

    public Optional<NodePool> nodePool(String name) {
        return NodePool.isBuiltIn(name)
                ? nodePools().stream().filter(pool -> pool.name().equals(name)).findFirst()
                : nodePools.get(name);
    }

    /** The nodes and what runs on them, for those who look at all of them. */
    public Fleet fleet() {
        return fleet;
    }

    /** What the jobs ask for where they ask for devices. */
    public Demand demand() {
        return demand;
    }

    /** What the allocations of a node hold. */
    public NodeUsage usage(NodeId node) {
        return fleet.usage(node);
    }

    /** All evaluations, by id. */
    public Iterable<Evaluation> evaluations() {
        return evaluations;
    }

    public Optional<Evaluation> evaluation(EvaluationId id) {
        return evaluations.get(id);
    }

    /** Tells which evaluations are not what they were in an earlier state, at the cost of those alone. */
    public void evaluationsSince(Snapshot before, PersistentMap.Change<EvaluationId, Evaluation> change) {
        evaluations.since(before.evaluations, change);
    }

    public List<Evaluation> evaluationsOf(JobKey job) {
        return evaluationsByJob.of(job, evaluations);
    }

    /** All allocations, by id. */
    public Iterable<Allocation> allocations() {
        return allocations;
    }

    /** The allocations with this id and those after it, by id. */
    public Iterable<Allocation> allocationsFrom(AllocationId first) {
        return allocations.from(first);
    }

    /** Tells which allocations are not what they were in an earlier state, at the cost of those alone. */
    public void allocationsSince(Snapshot before, PersistentMap.Change<AllocationId, Allocation> change) {
        allocations.since(before.allocations, change);
    }

    public Optional<Allocation> allocation(AllocationId id) {
        return allocations.get(id);
    }

    public List<Allocation> allocationsOf(JobKey job) {
        return allocationsByJob.of(job, allocations);
    }

    public List<Allocation> allocationsOn(NodeId node) {
        return allocationsByNode.of(node, allocations);
    }

    /** All deployments, by id. */
    public Iterable<Deployment> deployments() {
        return deployments;
    }

    /** The deployments that have not ended, by id. */
    public Iterable<Deployment> activeDeployments() {
        return activeDeployments;
    }

    public Optional<Deployment> deployment(DeploymentId id) {
        return deployments.get(id);
    }

    /** The deployments of all jobs that had this name, newest first. */
    public List<Deployment> deploymentsOf(JobKey job) {
        var found = deploymentsByJob.of(job, deployments);
        found.sort(Comparator.comparingLong(Deployment::createIndex).reversed().thenComparing(Deployment::id));
        return found;
    }

    /** The newest deployment of the job as it is registered now. */
    public Optional<Deployment> newestDeployment(Job job) {
        return deploymentsOf(job.key()).stream()
                .filter(deployment -> deployment.jobCreateIndex() == job.createIndex())
                .findFirst();
    }

    /** The newest version of a job before this one that is known to work. */
    public Optional<Job> stableBefore(Job job) {
        return historyOf(job.key()).stream()
                .filter(version -> version.version() < job.version() && version.stable() && !version.stop())
                .findFirst();
    }

    /** All intentions, by destination and source. */
    public Iterable<Intention> intentions() {
        return intentions;
    }

    public Optional<Intention> intention(String source, String destination) {
        return intentions.get(new IntentionPair(source, destination));
    }

    /** All roots of the certificate authority. */
    public Iterable<AuthorityRoot> roots() {
        return roots;
    }

    /** The last part that came of an archive which is being restored. */
    public Optional<Command.RestorePart> restoring() {
        return restoring.isEmpty() ? Optional.empty() : Optional.of(restoring.getLast());
    }

    /** The root that signs. */
    public Optional<AuthorityRoot> activeRoot() {
        for (AuthorityRoot root : roots) {
            if (root.active()) {
                return Optional.of(root);
            }
        }
        return Optional.empty();
    }

    /** How placements are decided. */
    public SchedulerConfiguration schedulerConfiguration() {
        return scheduler;
    }

    /** All variables, by namespace and path. */
    public Iterable<Variable> variables() {
        return variables;
    }

    public Optional<Variable> variable(VariableKey key) {
        return variables.get(key);
    }

    /** The variables of a namespace whose path begins so, in order. */
    public List<Variable> variablesUnder(String namespace, String prefix) {
        var found = new ArrayList<Variable>();
        for (Variable variable : variables.from(new VariableKey(namespace, prefix))) {
            if (!variable.key().namespace().equals(namespace)
                    || !variable.key().path().startsWith(prefix)) {
                break;
            }
            found.add(variable);
        }
        return found;
    }

    /** All keys of the keyring, wrapped. */
    public Iterable<DataKey> dataKeys() {
        return dataKeys;
    }

    public Optional<DataKey> dataKey(String id) {
        return dataKeys.get(id);
    }

    /** The key that seals now. */
    public Optional<DataKey> activeDataKey() {
        for (DataKey key : dataKeys) {
            if (key.state() == DataKey.State.ACTIVE) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    /** How the servers take care of themselves. */
    public AutopilotSettings autopilot() {
        return autopilot.orElseGet(AutopilotSettings::standard);
    }

    /** Keys with their values, and sessions. */
    public KeySpace keys() {
        return keys;
    }

    /** The token of this digest, also one that can be used no more. */
    public Optional<JoinToken> joinToken(String digest) {
        return joinTokens.get(digest);
    }

    /** All servers that told of themselves, by id. */
    public Iterable<ServerMember> servers() {
        return servers;
    }

    /** Other regions that this one knows, by name. */
    public Iterable<FederatedRegion> regions() {
        return regions;
    }

    public Optional<FederatedRegion> region(String name) {
        return regions.get(name);
    }

    /** The format of the log that the servers have agreed on; {@link LogFormat} says what is in it. */
    public int format() {
        return format;
    }

    /** The tokens that may do everything, by their names. */
    public Iterable<AccessToken> accessTokens() {
        return accessTokens;
    }

    /** The token whose secret has this digest. */
    public Optional<AccessToken> accessToken(String digest) {
        for (AccessToken token : accessTokens) {
            if (token.digest().equals(digest)) {
                return Optional.of(token);
            }
        }
        return Optional.empty();
    }

    public Optional<ServerMember> server(String id) {
        return servers.get(id);
    }

    /** What operations that change nothing read here. */
    public KeyOutcome read(List<KeyOperation> operations) {
        return new KeyChanges(new Draft(this), Instant.EPOCH).run(operations);
    }

    /** The index of the last change of a key, present or not; at least 1. */
    public long indexOfKey(String key) {
        long own = keys.indexOf(key);
        return own > 0 ? own : index(Table.KEY_TOMBSTONES);
    }

    /** The index of the last change of any key that begins so; at least 1. */
    public long indexOfKeysUnder(String prefix) {
        return Math.max(keys.indexUnder(prefix), index(Table.KEY_TOMBSTONES));
    }
}
