package dev.steppe.server;

import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.JobKey;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Has blocked evaluations tried again when capacity was freed or nodes changed since they were planned, and cancels those
 * that a newer evaluation of the same job has overtaken.
 */
final class BlockedEvaluations implements Controller {
    @Override
    public String name() {
        return "blocked-evaluations";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        var newest = new TreeMap<JobKey, Evaluation>();
        var changed = new ArrayList<Evaluation>();
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
        for (Evaluation evaluation : newest.values()) {
            var job = snapshot.job(evaluation.jobKey());
            boolean stale = job.isEmpty() || job.get().stop();
            if (stale) {
                changed.add(evaluation.with(EvaluationStatus.CANCELLED, "the job is stopped"));
            } else if (placedMeanwhile(snapshot, evaluation)) {
                changed.add(evaluation.with(EvaluationStatus.CANCELLED, "everything has been placed since"));
            } else if (snapshot.capacityIndex() > evaluation.modifyIndex()) {
                changed.add(evaluation.with(EvaluationStatus.PENDING, ""));
            }
        }
        return changed.isEmpty() ? List.of() : List.of(new Command.PutEvaluations(changed, now));
    }

    /** True when a later evaluation of the job ended with nothing left to place. */
    private static boolean placedMeanwhile(Snapshot snapshot, Evaluation blocked) {
        return snapshot.evaluationsOf(blocked.jobKey()).stream()
                .anyMatch(other -> other.status() == EvaluationStatus.COMPLETE
                        && other.modifyIndex() > blocked.modifyIndex()
                        && other.failedGroups().isEmpty());
    }
}
