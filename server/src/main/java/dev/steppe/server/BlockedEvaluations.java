package dev.steppe.server;

import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.Node;
import dev.steppe.scheduler.Unblocking;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Has a blocked evaluation tried again when a node changed, or freed something, on which what it could not place would
 * fit now; and cancels those that a newer evaluation of the same job has overtaken.
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
        var changedNodes = changedNodes(snapshot, newest);
        lookedAt.keySet().retainAll(newest.values().stream().map(Evaluation::id).toList());
        for (Evaluation evaluation : newest.values()) {
            var job = snapshot.job(evaluation.jobKey());
            if (job.isEmpty() || job.get().stop()) {
                changed.add(evaluation.with(EvaluationStatus.CANCELLED, "the job is stopped"));
            } else if (placedMeanwhile(snapshot, evaluation)) {
                changed.add(evaluation.with(EvaluationStatus.CANCELLED, "everything has been placed since"));
            } else if (mayHelp(snapshot, evaluation, job.get(), changedNodes)) {
                changed.add(evaluation.with(EvaluationStatus.PENDING, ""));
            } else {
                lookedAt.put(evaluation.id(), snapshot.capacityIndex());
            }
        }
        return changed.isEmpty() ? List.of() : List.of(new Command.PutEvaluations(changed, now));
    }

    /** The newest blocked evaluation of each job; the others are to be cancelled. */
    private static TreeMap<JobKey, Evaluation> newest(Snapshot snapshot, List<Evaluation> changed) {
        var newest = new TreeMap<JobKey, Evaluation>();
        for (Evaluation evaluation : snapshot.evaluations()) {
            if (evaluation.status() != EvaluationStatus.BLOCKED) {
                continue;
            }
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

    private List<Node> changedNodes(Snapshot snapshot, TreeMap<JobKey, Evaluation> blocked) {
        long since = blocked.values().stream().mapToLong(this::since).min().orElse(Long.MAX_VALUE);
        if (snapshot.capacityIndex() <= since) {
            return List.of();
        }
        var changed = new ArrayList<Node>();
        for (Node node : snapshot.nodes()) {
            if (snapshot.capacityIndex(node.id()) > since) {
                changed.add(node);
            }
        }
        return changed;
    }

    private boolean mayHelp(Snapshot snapshot, Evaluation blocked, Job job, List<Node> changed) {
        long since = since(blocked);
        return changed.stream()
                .filter(node -> snapshot.capacityIndex(node.id()) > since)
                .anyMatch(node -> Unblocking.mayHelp(snapshot, blocked, job, node));
    }

    /** True when a later evaluation of the job ended with nothing left to place. */
    private static boolean placedMeanwhile(Snapshot snapshot, Evaluation blocked) {
        return snapshot.evaluationsOf(blocked.jobKey()).stream()
                .anyMatch(other -> other.status() == EvaluationStatus.COMPLETE
                        && other.modifyIndex() > blocked.modifyIndex()
                        && other.failedGroups().isEmpty());
    }
}
