package dev.steppe.server;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.DesiredTransition;
import dev.steppe.model.DrainStrategy;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobType;
import dev.steppe.model.Node;
import dev.steppe.model.TaskGroup;
import dev.steppe.scheduler.MigrationBudget;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Empties nodes: services move as {@code migrate} allows, over all nodes that are emptied at once; what ends by itself is
 * left to end until the deadline; what runs everywhere goes last. A node is empty when its tasks have stopped.
 */
final class Drains implements Controller {
    /** At most this many allocations in one command, so that no log entry becomes large. */
    private static final int BATCH = 1_000;

    private final NodeEvaluations evaluations;
    private final Stragglers stragglers;
    private long nodesIndex = -1;
    private boolean anyDraining;

    Drains(NodeEvaluations evaluations, Stragglers stragglers) {
        this.evaluations = evaluations;
        this.stragglers = stragglers;
    }

    @Override
    public String name() {
        return "drains";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        var draining = draining(snapshot);
        if (draining.isEmpty()) {
            return List.of();
        }
        var commands = new ArrayList<Command>();
        var leaving = new TreeMap<AllocationId, Allocation>();
        for (Node node : draining) {
            var drain = node.drain().orElseThrow();
            var remaining = remaining(snapshot, node, drain);
            if (remaining.isEmpty() && hasEnded(snapshot, node, drain)) {
                commands.add(complete(node, drain, now));
            } else {
                remaining.stream()
                        .filter(it -> mayGo(snapshot, it, remaining, drain.isForced(now)))
                        .forEach(it -> leaving.put(it.id(), it));
            }
        }
        services(snapshot, draining).forEach(it -> leaving.put(it.id(), it));
        var batch = leaving.values().stream()
                .filter(it -> it.desiredStatus() == DesiredStatus.RUN
                        && !it.desiredTransition().migrate())
                .limit(BATCH)
                .toList();
        if (!batch.isEmpty()) {
            commands.add(new Command.SetTransitions(
                    batch.stream().map(Allocation::id).toList(),
                    new DesiredTransition(true, false),
                    evaluations.ofJobs(snapshot, batch, "node-drain"),
                    now));
        }
        return commands;
    }

    /** Nodes change seldom, and are seldom emptied: most of the time there is nothing to look for. */
    private List<Node> draining(Snapshot snapshot) {
        long index = snapshot.index(Table.NODES);
        if (index == nodesIndex && !anyDraining) {
            return List.of();
        }
        var found = new ArrayList<Node>();
        for (Node node : snapshot.nodes()) {
            if (node.drain().isPresent()) {
                found.add(node);
            }
        }
        nodesIndex = index;
        anyDraining = !found.isEmpty();
        return found;
    }

    /** What has still to end there, as its node tells. */
    static List<Allocation> remaining(Snapshot snapshot, Node node, DrainStrategy drain) {
        return snapshot.allocationsOn(node.id()).stream()
                .filter(it -> !it.client().status().isTerminal())
                .filter(it -> !drain.ignoreSystemJobs() || !type(snapshot, it).everywhere())
                .toList();
    }

    /** Whether a node that can be asked runs nothing more, also of what was given up for lost while it was away. */
    private boolean hasEnded(Snapshot snapshot, Node node, DrainStrategy drain) {
        return switch (node.status()) {
            case DOWN, DISCONNECTED -> true;
            case INITIALIZING -> false;
            case READY ->
                stragglers
                        .of(node.id())
                        .filter(left -> left.stream()
                                .allMatch(id -> drain.ignoreSystemJobs()
                                        && snapshot.allocation(id)
                                                .filter(it -> type(snapshot, it).everywhere())
                                                .isPresent()))
                        .isPresent();
        };
    }

    private static JobType type(Snapshot snapshot, Allocation allocation) {
        return snapshot.jobOf(allocation).map(job -> job.spec().type()).orElse(JobType.SERVICE);
    }

    private static boolean mayGo(Snapshot snapshot, Allocation allocation, List<Allocation> remaining, boolean forced) {
        boolean lastOnes = type(snapshot, allocation) == JobType.SYSTEM
                && remaining.stream().allMatch(other -> type(snapshot, other) == JobType.SYSTEM);
        return forced || lastOnes;
    }

    /** The instances of services that may go now. */
    private static List<Allocation> services(Snapshot snapshot, List<Node> draining) {
        var jobs = new TreeMap<JobKey, Boolean>();
        for (Node node : draining) {
            snapshot.allocationsOn(node.id()).stream()
                    .filter(it -> !it.client().status().isTerminal())
                    .forEach(it -> jobs.put(it.jobKey(), true));
        }
        var found = new ArrayList<Allocation>();
        for (JobKey key : jobs.keySet()) {
            var job = snapshot.job(key).filter(it -> it.spec().type() == JobType.SERVICE && !it.stop());
            if (job.isPresent()) {
                var all = snapshot.allocationsOf(key);
                for (TaskGroup group : job.get().spec().taskGroups()) {
                    var ofGroup = all.stream()
                            .filter(it -> it.taskGroup().equals(group.name()))
                            .toList();
                    found.addAll(new MigrationBudget(snapshot, group, ofGroup).mayGo());
                }
            }
        }
        return found;
    }

    private static Command complete(Node node, DrainStrategy drain, Instant now) {
        SortedMap<String, String> details = new TreeMap<>();
        if (!drain.deadline().isZero() && drain.isForced(now)) {
            details.put("deadline_reached", "true");
        }
        return new Command.EndDrain(
                node.id(),
                true,
                false,
                Collections.emptySortedMap(),
                Collections.unmodifiableSortedMap(details),
                List.of(),
                now);
    }
}
