package dev.steppe.server;

import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.scheduler.Unblocking;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The blocked evaluations in turn, as the broker would take them. Follows the state by what differs; owned by the server's loop. */
final class WaitingEvaluations {
    private static final Comparator<Waiting> TURN =
            Comparator.comparing((Waiting waiting) -> waiting.evaluation, EvaluationBroker.ORDER);
    private static final Comparator<Waiting> AGE =
            Comparator.comparing((Waiting waiting) -> waiting.evaluation, EvaluationBroker.AGE);

    private final TreeMap<JobKey, TreeSet<Waiting>> byJob = new TreeMap<>();
    private final TreeSet<Waiting> inTurn = new TreeSet<>(TURN);
    private final TreeSet<JobKey> touched = new TreeSet<>();
    private Snapshot followed = Snapshot.empty();

    /** A blocked evaluation, and until where it has been looked at. */
    static final class Waiting {
        private final Evaluation evaluation;
        private long lookedAt;
        private boolean superfluous;
        private Optional<Known> known = Optional.empty();

        /** What holds as long as neither the job nor the configuration changes. */
        private record Known(long jobIndex, long configurationIndex, Unblocking unblocking) {}

        private Waiting(Evaluation evaluation) {
            this.evaluation = evaluation;
            // what changed before it was planned it has seen
            lookedAt = evaluation.snapshotIndex();
        }

        Evaluation evaluation() {
            return evaluation;
        }

        EvaluationId id() {
            return evaluation.id();
        }

        long lookedAt() {
            return lookedAt;
        }

        void look(long index) {
            lookedAt = index;
        }

        Unblocking unblocking(Snapshot snapshot, Job job) {
            long configuration = snapshot.schedulerConfiguration().modifyIndex();
            var valid =
                    known.filter(it -> it.jobIndex() == job.modifyIndex() && it.configurationIndex() == configuration);
            if (valid.isEmpty()) {
                valid = Optional.of(
                        new Known(job.modifyIndex(), configuration, new Unblocking(snapshot, evaluation, job)));
                known = valid;
            }
            return valid.get().unblocking();
        }
    }

    /** Looks what is different now; gives those that nobody needs any more, each time until they are blocked no more. */
    List<Evaluation> follow(Snapshot snapshot) {
        snapshot.evaluationsSince(followed, (id, before, after) -> {
            before.filter(WaitingEvaluations::isBlocked).ifPresent(this::remove);
            after.filter(WaitingEvaluations::isBlocked).ifPresent(this::add);
            before.or(() -> after).ifPresent(it -> touched.add(it.jobKey()));
        });
        snapshot.jobsSince(followed, (key, before, after) -> touched.add(key));
        followed = snapshot;
        var superfluous = new ArrayList<Evaluation>();
        touched.removeIf(key -> {
            var found = superfluous(snapshot, key);
            superfluous.addAll(found);
            return found.isEmpty();
        });
        return superfluous;
    }

    private static boolean isBlocked(Evaluation evaluation) {
        return evaluation.status() == EvaluationStatus.BLOCKED;
    }

    private void add(Evaluation evaluation) {
        var waiting = new Waiting(evaluation);
        inTurn.add(waiting);
        byJob.computeIfAbsent(evaluation.jobKey(), key -> new TreeSet<>(AGE)).add(waiting);
    }

    private void remove(Evaluation evaluation) {
        var waiting = new Waiting(evaluation);
        inTurn.remove(waiting);
        var ofJob = byJob.get(evaluation.jobKey());
        if (ofJob != null && ofJob.remove(waiting) && ofJob.isEmpty()) {
            byJob.remove(evaluation.jobKey());
        }
    }

    /** All but the newest of a job; that too when its job is over or has all it wants. */
    private List<Evaluation> superfluous(Snapshot snapshot, JobKey key) {
        var found = new ArrayList<Evaluation>();
        var ofJob = byJob.getOrDefault(key, new TreeSet<>(AGE));
        for (Waiting waiting : ofJob) {
            var reason = waiting == ofJob.last()
                    ? superfluous(snapshot, waiting.evaluation)
                    : Optional.of("a newer evaluation of the job is blocked");
            reason.ifPresent(it -> found.add(waiting.evaluation.with(EvaluationStatus.CANCELLED, it)));
            waiting.superfluous = reason.isPresent();
        }
        return found;
    }

    private static Optional<String> superfluous(Snapshot snapshot, Evaluation newest) {
        if (snapshot.job(newest.jobKey()).filter(job -> !job.stop()).isEmpty()) {
            return Optional.of("the job is stopped");
        }
        return placedMeanwhile(snapshot, newest) ? Optional.of("everything has been placed since") : Optional.empty();
    }

    /** True when a later evaluation of the job ended with nothing left to place. */
    private static boolean placedMeanwhile(Snapshot snapshot, Evaluation blocked) {
        return snapshot.evaluationsOf(blocked.jobKey()).stream()
                .anyMatch(other -> other.status() == EvaluationStatus.COMPLETE
                        && other.modifyIndex() > blocked.modifyIndex()
                        && other.failedGroups().isEmpty());
    }

    /** Those that are needed: who waits longest or is most important is first, unless another one is to be first. */
    List<Waiting> inTurn(Optional<Waiting> first) {
        var all = first.isEmpty()
                ? inTurn.stream()
                : Stream.concat(
                        inTurn.tailSet(first.get(), true).stream(), inTurn.headSet(first.get(), false).stream());
        return all.filter(it -> !it.superfluous).toList();
    }

    boolean isEmpty() {
        return inTurn.isEmpty();
    }
}
