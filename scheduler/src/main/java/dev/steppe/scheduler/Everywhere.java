package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DeploymentState;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.UpdateStrategy;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares a group that wants one instance on every fitting node with what it lacks. A node that does not fit is left out,
 * not failed on; one that takes nothing new keeps what it runs; one that is down loses its instance and gets another when
 * it is back. For one group in one evaluation; of a group that wants several on each node, for those of one number.
 */
final class Everywhere {
    private final Snapshot snapshot;
    private final Job job;
    private final TaskGroup group;
    private final int number;
    private final Succession succession;
    private final NodeFates fates;
    private final Rescheduling rescheduling;
    private final Rollout rollout;
    private final Changes changes;
    private final Feasibility feasibility;
    private final Optional<UpdateStrategy> strategy;
    private final TreeMap<NodeId, Allocation> live = new TreeMap<>();
    /** Nodes on which it is done, was tried in vain, or is to be tried again later. */
    private final TreeSet<NodeId> over = new TreeSet<>();

    /** What failed and is to be tried again now: on its own node, since there is no other for it. */
    private final TreeMap<NodeId, Allocation> again = new TreeMap<>();

    private final List<Allocation> inPlace = new ArrayList<>();
    private final List<Allocation> outdated = new ArrayList<>();
    private final List<Node> lacking = new ArrayList<>();
    private final List<Allocation> existing;
    private int migrated;

    /** True when a node has or had one, or could have one if no other instance of the job were anywhere. */
    private boolean anywhere;

    Everywhere(
            NodeFates fates,
            Job job,
            TaskGroup group,
            int number,
            Succession succession,
            Rescheduling rescheduling,
            Rollout rollout,
            List<Allocation> existing) {
        this.snapshot = fates.snapshot();
        this.job = job;
        this.group = group;
        this.number = number;
        this.succession = succession;
        this.fates = fates;
        this.changes = fates.changes();
        this.rescheduling = rescheduling;
        this.rollout = rollout;
        this.feasibility = new Feasibility(job.spec(), group);
        this.strategy = job.spec().updateOf(group);
        this.existing = existing;
    }

    /** Finds out what becomes of what there is; before {@link #run}, for all numbers of the group. */
    void compare() {
        existing.forEach(this::sort);
        List.copyOf(live.values()).forEach(this::look);
        anywhere = !live.isEmpty() || !over.isEmpty();
    }

    /** Places and replaces; what comes to a node is added to the others, which all numbers of the group share. */
    void run(DistinctFit.Placed others) {
        if (isWanted()) {
            findLacking(others);
        }
        begin();
        inPlace.forEach(allocation -> changes.move(allocation, job.version(), rollout.active()));
        long canariesLacking = replace();
        for (Node node : lacking) {
            if (canariesLacking > 0) {
                canariesLacking--;
                changes.place(missing(job, group, node).asCanary());
            } else {
                fill(node);
            }
        }
        if (isWanted() && !anywhere) {
            // not one node fits: it is asked for without one, so that the reasons are told and a new node is waited for
            changes.place(Missing.fresh(job, group, name()));
        }
        // what finds a place has to prove itself, which the scheduler adds; a node without room is not waited for
        boolean settled = rollout.isOpen(group.name())
                && anywhere
                && (lacking.isEmpty() && migrated == 0 || !live.isEmpty())
                && inPlace.isEmpty()
                && outdated.isEmpty()
                && live.values().stream().allMatch(Allocation::isHealthy);
        if (!settled) {
            rollout.unsettled(group.name());
        }
    }

    private boolean isWanted() {
        return number < group.count();
    }

    private void findLacking(DistinctFit.Placed others) {
        var nobody = new DistinctFit(job.spec(), group).new Placed();
        for (Node node : snapshot.nodes()) {
            boolean lacks = !live.containsKey(node.id()) && !over.contains(node.id());
            boolean fits =
                    lacks && node.isEligible() && feasibility.refusal(node).isEmpty();
            anywhere |= fits && nobody.refusal(node).isEmpty();
            if (fits && others.refusal(node).isEmpty()) {
                lacking.add(node);
                others.expect(group.name(), node);
            }
        }
    }

    /** Where instances of the job are that stay or have run their course, and where others are to be. */
    static DistinctFit.Placed others(NodeFates fates, Job job, TaskGroup group) {
        var distinct = new DistinctFit(job.spec(), group);
        var others = distinct.new Placed();
        if (!distinct.isNone()) {
            countOthers(others, fates.snapshot(), fates.changes(), job);
        }
        return others;
    }

    private static void countOthers(DistinctFit.Placed others, Snapshot snapshot, Changes changes, Job job) {
        var stopped = new TreeSet<AllocationId>();
        changes.stopped().forEach(stop -> stopped.add(stop.allocation()));
        for (Allocation allocation : snapshot.allocationsOf(job.key())) {
            boolean counts = isDone(job, allocation) || !allocation.isTerminal() && !stopped.contains(allocation.id());
            if (counts) {
                snapshot.node(allocation.nodeId()).ifPresent(node -> others.count(allocation, node, 1));
            }
        }
        for (Missing missing : changes.missing()) {
            missing.pinned()
                    .filter(node -> !missing.stopsReplaced())
                    .flatMap(snapshot::node)
                    .ifPresent(node -> others.expect(missing.group().name(), node));
        }
    }

    private String name() {
        return job.spec().name() + "." + group.name() + "[" + number + "]";
    }

    private void sort(Allocation allocation) {
        if (isDone(job, allocation)) {
            over.add(allocation.nodeId());
        } else if (hasFailed(allocation)) {
            failed(allocation);
        } else if (!allocation.isTerminal()) {
            var twin = live.put(allocation.nodeId(), allocation);
            if (twin != null) {
                changes.stopUnneeded(twin);
            }
        }
    }

    /** An instance that is to end runs its course once for each version of the job. */
    private static boolean isDone(Job job, Allocation allocation) {
        return job.spec().type().ends()
                && allocation.client().status() == ClientStatus.COMPLETE
                && allocation.desiredStatus() == DesiredStatus.RUN
                && allocation.jobVersion() == job.version();
    }

    private static boolean isSilent(Optional<Node> node) {
        return node.map(Node::status)
                .filter(status -> status == NodeStatus.READY || status == NodeStatus.INITIALIZING)
                .isEmpty();
    }

    private boolean hasFailed(Allocation allocation) {
        return allocation.client().status() == ClientStatus.FAILED
                && allocation.desiredStatus() == DesiredStatus.RUN
                && allocation.jobVersion() == job.version();
    }

    private void failed(Allocation allocation) {
        switch (rescheduling.of(group, allocation)) {
            case Rescheduling.Decision.Now now -> again.put(allocation.nodeId(), allocation);
            case Rescheduling.Decision.Later later -> {
                over.add(allocation.nodeId());
                changes.retryAt(allocation, later.due());
            }
            case Rescheduling.Decision.NoMore noMore -> over.add(allocation.nodeId());
            case Rescheduling.Decision.Updated updated -> over.add(allocation.nodeId());
            case Rescheduling.Decision.NotNeeded successorCounts -> {}
        }
    }

    private void look(Allocation allocation) {
        var node = snapshot.node(allocation.nodeId());
        if (isSilent(node)) {
            fates.keepsItsName(allocation, group);
            leave(allocation);
        } else if (!isWanted()) {
            changes.stopUnneeded(allocation);
            leave(allocation);
        } else if (refusal(allocation, node.get()).isPresent()) {
            changes.stop(
                    allocation,
                    "the node does not fit the job any more: "
                            + refusal(allocation, node.get()).get().sentence());
            leave(allocation);
        } else if (allocation.desiredTransition().migrate()) {
            changes.migrate(allocation);
            // there is no other node for it: one that is being emptied gets another when it may have new ones
            if (node.get().isEligible()) {
                changes.place(Missing.replacing(job, group, allocation).on(allocation.nodeId()));
                migrated++;
            }
            leave(allocation);
        } else if (allocation.jobVersion() != job.version()) {
            if (succession.of(allocation, group).inPlace()) {
                inPlace.add(allocation);
            } else if (node.get().isEligible()) {
                outdated.add(allocation);
            }
        }
    }

    /** Why it may not stay where it is: what goes on as it is asks less of its node than what would be started anew. */
    private Optional<Refusal> refusal(Allocation allocation, Node node) {
        boolean goesOn = allocation.jobVersion() == job.version()
                || succession.ofVersion(allocation, group).inPlace();
        return goesOn ? feasibility.refusalOfRunning(node) : feasibility.refusal(node);
    }

    /** Its node counts no more, now or until it is back. */
    private void leave(Allocation allocation) {
        live.remove(allocation.nodeId());
        over.add(allocation.nodeId());
    }

    /** Makes the group part of a deployment when this version is new to it; canaries are a percentage of the nodes. */
    private void begin() {
        boolean isNew = existing.stream().noneMatch(allocation -> allocation.jobVersion() == job.version());
        // what runs on nodes that get nothing new stays as it is: with that alone there is nothing to deploy
        boolean comes = !lacking.isEmpty() || migrated > 0;
        boolean needed = isNew && comes || !inPlace.isEmpty() || !outdated.isEmpty();
        int total = live.size() + lacking.size() + migrated;
        if (strategy.isPresent() && total > 0 && needed && rollout.mayBegin()) {
            int canaries =
                    outdated.isEmpty() ? 0 : Math.ceilDiv(total * strategy.get().canary(), 100);
            rollout.begin(
                    group.name(), DeploymentState.begin(strategy.get(), total, Math.min(canaries, outdated.size())));
        }
    }

    /** While the newest version has to wait, nodes that lack one get the newest that is known to work. */
    private void fill(Node node) {
        var proven = rollout.isOpen(group.name())
                ? Optional.<Job>empty()
                : snapshot.stableBefore(job)
                        .filter(stable -> !Consequence.of(stable.spec(), job.spec(), group.name())
                                .inPlace());
        var provenGroup = proven.flatMap(it -> it.spec().group(group.name()));
        changes.place(
                provenGroup.isPresent()
                        ? missing(proven.orElseThrow(), provenGroup.get(), node)
                        : missing(job, group, node));
    }

    /** One for a node that has none, in the place of one that failed there, if one did. */
    private Missing missing(Job version, TaskGroup ofVersion, Node node) {
        return Optional.ofNullable(again.get(node.id()))
                .map(failed -> Missing.replacing(version, ofVersion, failed))
                .orElseGet(() -> Missing.fresh(version, ofVersion, name()))
                .on(node.id());
    }

    /**
     * A system job is replaced as many nodes at a time as its update strategy says; what ends is not waited for. Tells how
     * many canaries there is no node for among those that run the version before.
     */
    private long replace() {
        boolean trying = rollout.isTrying(group.name());
        long limit = Math.min(limit(), trying ? canariesLeft() : Long.MAX_VALUE);
        outdated.stream().limit(limit).forEach(old -> {
            var successor = Missing.updating(job, group, old).on(old.nodeId());
            changes.place(trying ? successor.asCanary() : successor);
        });
        return trying ? Math.max(0, limit - outdated.size()) : 0;
    }

    private long canariesLeft() {
        long desired = rollout.state(group.name())
                .map(DeploymentState::desiredCanaries)
                .orElse(0);
        return Math.max(
                0, desired - live.values().stream().filter(rollout::tries).count());
    }

    private long limit() {
        if (strategy.isEmpty()) {
            return Long.MAX_VALUE;
        }
        var newest = live.values().stream()
                .filter(allocation -> allocation.jobVersion() == job.version())
                .toList();
        if (rollout.isHeld() || newest.stream().anyMatch(Allocation::isUnhealthy)) {
            return 0;
        }
        long unproved = newest.stream()
                .filter(allocation -> !allocation.isHealthy() && rollout.brought(allocation))
                .count();
        return Math.max(0, strategy.get().maxParallel() - unproved - migrated);
    }
}
