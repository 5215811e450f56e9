package dev.steppe.server;

import dev.steppe.model.Allocation;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.scheduler.Unblocking;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Has a blocked evaluation tried again when something changed by which what it could not place would fit now: a node, what
 * runs there, whom it may evict, or how placements are decided; and cancels those that a newer evaluation of the same job has
 * overtaken.
 */
final class BlockedEvaluations implements Controller {
    /** Up to which index the nodes were looked at for each; only saves looking again. */
    private final TreeMap<EvaluationId, Long> lookedAt = new TreeMap<>();

    @Override
    public String name() {
        return "blocked-evaluations";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        var changed = new ArrayList<Evaluation>();
        var newest = newest(snapshot, changed);
        var changes = new NodeChanges(snapshot, oldest(newest));
        lookedAt.keySet().retainAll(newest.values().stream().map(Evaluation::id).toList());
        for (Evaluation evaluation : newest.values()) {
            var job = snapshot.job(evaluation.jobKey());
            if (job.isEmpty() || job.get().stop()) {
                changed.add(evaluation.with(EvaluationStatus.CANCELLED, "the job is stopped"));
            } else if (placedMeanwhile(snapshot, evaluation)) {
                changed.add(evaluation.with(EvaluationStatus.CANCELLED, "everything has been placed since"));
            } else if (mayHelp(snapshot, evaluation, job.get(), changes)) {
                changed.add(evaluation.with(EvaluationStatus.PENDING, ""));
            } else {
                lookedAt.put(evaluation.id(), snapshot.index());
            }
        }
        return changed.isEmpty() ? List.of() : List.of(new Command.PutEvaluations(changed, now));
    }

    /** The newest blocked evaluation of each job; the others are to be cancelled. */
    private static TreeMap<JobKey, Evaluation> newest(Snapshot snapshot, List<Evaluation> changed) {
        var newest = new TreeMap<JobKey, Evaluation>();
        for (Evaluation evaluation : snapshot.blockedEvaluations()) {
            var other = newest.get(evaluation.jobKey());
            boolean newer = other == null || evaluation.createIndex() > other.createIndex();
            var overtaken = newer ? other : evaluation;
            if (newer) {
                newest.put(evaluation.jobKey(), evaluation);
            }
            if (overtaken != null) {
                changed.add(overtaken.with(EvaluationStatus.CANCELLED, "a newer evaluation of the job is blocked"));
            }
        }
        return newest;
    }

    /** What changed before an evaluation was planned it has seen; after that, what it was not looked at for counts. */
    private long since(Evaluation evaluation) {
        return Math.max(evaluation.snapshotIndex(), lookedAt.getOrDefault(evaluation.id(), 0L));
    }

    private long oldest(TreeMap<JobKey, Evaluation> blocked) {
        return blocked.values().stream().mapToLong(this::since).min().orElse(Long.MAX_VALUE);
    }

    private boolean mayHelp(Snapshot snapshot, Evaluation blocked, Job job, NodeChanges changes) {
        long since = since(blocked);
        boolean decidedAnew = snapshot.schedulerConfiguration().modifyIndex() > since;
        if (!decidedAnew && !changes.isAnySince(since)) {
            return false;
        }
        var unblocking = new Unblocking(snapshot, blocked, job);
        if (decidedAnew || (unblocking.looksBeyondNodes() && changes.isRoomSince(since))) {
            for (Node node : snapshot.nodes()) {
                if (unblocking.mayHelp(node)) {
                    return true;
                }
            }
            return false;
        }
        return changes.since(since, unblocking.mayEvict()).anyMatch(unblocking::mayHelp);
    }

    /** Nodes that changed, or on which allocations ended; and those whose allocations may have become less important. */
    private static final class NodeChanges {
        private final TreeMap<NodeId, Change> changes = new TreeMap<>();
        private long newestRoom;
        private long newestJob;

        private record Change(Node node, long room, long priority) {}

        NodeChanges(Snapshot snapshot, long since) {
            if (snapshot.capacityIndex() > since) {
                for (Node node : snapshot.nodes()) {
                    long index = snapshot.capacityIndex(node.id());
                    if (index > since) {
                        changes.put(node.id(), new Change(node, index, 0));
                        newestRoom = Math.max(newestRoom, index);
                    }
                }
            }
            if (snapshot.index(Table.JOBS) > since) {
                for (Job job : snapshot.jobs()) {
                    if (job.modifyIndex() > since) {
                        snapshot.allocationsOf(job.key()).forEach(it -> add(snapshot, it, job.modifyIndex()));
                    }
                }
            }
        }

        private void add(Snapshot snapshot, Allocation allocation, long index) {
            var node = snapshot.node(allocation.nodeId());
            if (allocation.holdsResources() && node.isPresent()) {
                newestJob = Math.max(newestJob, index);
                changes.merge(
                        node.get().id(),
                        new Change(node.get(), 0, index),
                        (known, change) ->
                                new Change(known.node(), known.room(), Math.max(known.priority(), change.priority())));
            }
        }

        boolean isRoomSince(long index) {
            return newestRoom > index;
        }

        boolean isAnySince(long index) {
            return Math.max(newestRoom, newestJob) > index;
        }

        Stream<Node> since(long index, boolean evicting) {
            return changes.values().stream()
                    .filter(it -> it.room() > index || (evicting && it.priority() > index))
                    .map(Change::node);
        }
    }

    /** True when a later evaluation of the job ended with nothing left to place. */
    private static boolean placedMeanwhile(Snapshot snapshot, Evaluation blocked) {
        return snapshot.evaluationsOf(blocked.jobKey()).stream()
                .anyMatch(other -> other.status() == EvaluationStatus.COMPLETE
                        && other.modifyIndex() > blocked.modifyIndex()
                        && other.failedGroups().isEmpty());
    }
}
