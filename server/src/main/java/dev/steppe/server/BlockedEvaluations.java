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
import dev.steppe.state.PersistentMap;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Has a blocked evaluation tried again when something changed by which what it could not place would fit now: a node, what
 * runs there, whom it may evict, or how placements are decided; and cancels those that a newer evaluation of the same job has
 * overtaken.
 */
final class BlockedEvaluations implements Controller {
    /** Up to which index the nodes were looked at for each; only saves looking again. */
    private final TreeMap<EvaluationId, Long> lookedAt = new TreeMap<>();

    private final Room room = new Room();

    @Override
    public String name() {
        return "blocked-evaluations";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        var changed = new ArrayList<Evaluation>();
        var newest = newest(snapshot, changed);
        room.follow(snapshot);
        lookedAt.keySet().retainAll(newest.values().stream().map(Evaluation::id).toList());
        var jobs = new ChangedJobs(snapshot, oldest(newest));
        for (Evaluation evaluation : newest.values()) {
            var job = snapshot.job(evaluation.jobKey());
            if (job.isEmpty() || job.get().stop()) {
                changed.add(evaluation.with(EvaluationStatus.CANCELLED, "the job is stopped"));
            } else if (placedMeanwhile(snapshot, evaluation)) {
                changed.add(evaluation.with(EvaluationStatus.CANCELLED, "everything has been placed since"));
            } else if (mayHelp(snapshot, evaluation, job.get(), jobs)) {
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

    private boolean mayHelp(Snapshot snapshot, Evaluation blocked, Job job, ChangedJobs jobs) {
        long since = since(blocked);
        var configuration = snapshot.schedulerConfiguration();
        boolean decidedAnew = configuration.modifyIndex() > since;
        boolean evicts = configuration.preemption().isFor(job.spec().type());
        var lessImportant = evicts ? jobs.nodesSince(since) : List.<NodeId>of();
        if (!decidedAnew && !room.isAnySince(since) && lessImportant.isEmpty()) {
            return false;
        }
        var unblocking = new Unblocking(snapshot, blocked, job);
        if (decidedAnew || (unblocking.looksBeyondNodes() && room.isAnySince(since))) {
            for (Node node : snapshot.nodes()) {
                if (unblocking.mayHelp(node)) {
                    return true;
                }
            }
            return false;
        }
        return Stream.concat(room.nodesSince(since), lessImportant.stream())
                .flatMap(id -> snapshot.node(id).stream())
                .anyMatch(unblocking::mayHelp);
    }

    /** The nodes in the order in which they last changed or something ended there. Follows the state by what differs. */
    private static final class Room {
        private PersistentMap<NodeId, Long> followed = PersistentMap.empty();
        private long unknownBefore;
        private final TreeMap<Long, TreeSet<NodeId>> byIndex = new TreeMap<>();

        void follow(Snapshot snapshot) {
            snapshot.freed().since(followed, (node, before, after) -> {
                before.ifPresent(index -> drop(index, node));
                after.ifPresent(index ->
                        byIndex.computeIfAbsent(index, it -> new TreeSet<>()).add(node));
            });
            followed = snapshot.freed();
            if (unknownBefore != snapshot.freedBefore()) {
                unknownBefore = snapshot.freedBefore();
                snapshot.nodes()
                        .forEach(node -> byIndex.computeIfAbsent(unknownBefore, it -> new TreeSet<>())
                                .add(node.id()));
            }
        }

        private void drop(long index, NodeId node) {
            var there = byIndex.get(index);
            if (there != null && there.remove(node) && there.isEmpty()) {
                byIndex.remove(index);
            }
        }

        boolean isAnySince(long index) {
            return !byIndex.isEmpty() && byIndex.lastKey() > index;
        }

        /** Some may be gone. */
        Stream<NodeId> nodesSince(long index) {
            return byIndex.tailMap(index, false).values().stream().flatMap(TreeSet::stream);
        }
    }

    /** The nodes with allocations of jobs that changed, which may have become less important; looked for when somebody asks. */
    private static final class ChangedJobs {
        private final Snapshot snapshot;
        private final long since;
        private Optional<List<Job>> found = Optional.empty();

        ChangedJobs(Snapshot snapshot, long since) {
            this.snapshot = snapshot;
            this.since = since;
        }

        List<NodeId> nodesSince(long index) {
            var changed = found.orElseGet(this::find);
            found = Optional.of(changed);
            var nodes = new TreeSet<NodeId>();
            for (Job job : changed) {
                if (job.modifyIndex() > index) {
                    snapshot.allocationsOf(job.key()).stream()
                            .filter(Allocation::holdsResources)
                            .forEach(it -> nodes.add(it.nodeId()));
                }
            }
            return List.copyOf(nodes);
        }

        private List<Job> find() {
            var changed = new ArrayList<Job>();
            if (snapshot.index(Table.JOBS) > since) {
                for (Job job : snapshot.jobs()) {
                    if (job.modifyIndex() > since) {
                        changed.add(job);
                    }
                }
            }
            return changed;
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
