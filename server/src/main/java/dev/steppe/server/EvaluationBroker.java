package dev.steppe.server;

import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.JobKey;
import dev.steppe.scheduler.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Hands out pending evaluations, never two of one job at a time. Each has its turn: since when it waits, less a second for
 * each point of its priority. So the important go first, and whatever its type and priority, none waits longer than 100 s
 * behind those that come later. Owned by the server's loop. It keeps no truth of its own: all can be filled again from the state.
 */
final class EvaluationBroker {
    /** So often an evaluation may fail before it is given up. */
    static final int DELIVERIES_MAX = 3;

    private static final Duration PER_PRIORITY = Duration.ofSeconds(1);
    static final Comparator<Evaluation> AGE =
            Comparator.comparingLong(Evaluation::createIndex).thenComparing(Evaluation::id);
    /** Whose turn is first. */
    static final Comparator<Evaluation> ORDER =
            Comparator.comparing(EvaluationBroker::turn).thenComparing(AGE);

    private final TreeSet<Evaluation> ready = new TreeSet<>(ORDER);
    private final TreeMap<JobKey, Evaluation> beingPlanned = new TreeMap<>();
    private final TreeMap<JobKey, TreeSet<Evaluation>> waitingForJob = new TreeMap<>();
    private final TreeSet<EvaluationId> known = new TreeSet<>();
    private final TreeMap<EvaluationId, Integer> failures = new TreeMap<>();

    private static Instant turn(Evaluation evaluation) {
        var since = evaluation.modifyTime().isAfter(evaluation.waitUntil())
                ? evaluation.modifyTime()
                : evaluation.waitUntil();
        return since.minus(PER_PRIORITY.multipliedBy(evaluation.priority()));
    }

    /** Takes in a pending evaluation; one that it has already changes nothing. */
    void enqueue(Evaluation evaluation) {
        if (known.add(evaluation.id())) {
            place(evaluation);
        }
    }

    private void place(Evaluation evaluation) {
        if (beingPlanned.containsKey(evaluation.jobKey())) {
            waitingForJob
                    .computeIfAbsent(evaluation.jobKey(), key -> new TreeSet<>(AGE))
                    .add(evaluation);
        } else {
            ready.add(evaluation);
        }
    }

    /** The next evaluation to plan, until {@link #done} or {@link #failed} is called for it; empty when there is none. */
    Optional<Evaluation> next() {
        while (!ready.isEmpty()) {
            var evaluation = ready.pollFirst();
            if (beingPlanned.putIfAbsent(evaluation.jobKey(), evaluation) == null) {
                return Optional.of(evaluation);
            }
            place(evaluation);
        }
        return Optional.empty();
    }

    /**
     * The evaluation was planned. Gives the evaluations of the same job that waited meanwhile and need not be planned: the
     * newest will see everything they would. One that replaces failed instances is more than that and stays.
     */
    List<Evaluation> done(Evaluation evaluation) {
        failures.remove(evaluation.id());
        return release(evaluation);
    }

    /** Planning failed. How long to wait before it is enqueued again; empty when it failed too often. */
    Optional<Duration> failed(Evaluation evaluation) {
        int count = failures.merge(evaluation.id(), 1, Integer::sum);
        var waited = release(evaluation);
        waited.forEach(this::enqueue);
        if (count >= DELIVERIES_MAX) {
            failures.remove(evaluation.id());
            return Optional.empty();
        }
        return Optional.of(count == 1 ? Duration.ofSeconds(1) : Duration.ofSeconds(20L * (count - 1)));
    }

    private List<Evaluation> release(Evaluation evaluation) {
        beingPlanned.remove(evaluation.jobKey());
        known.remove(evaluation.id());
        var waited = waitingForJob.remove(evaluation.jobKey());
        if (waited == null) {
            return List.of();
        }
        var newest = waited.last();
        var superfluous = new ArrayList<Evaluation>();
        for (Evaluation other : waited) {
            if (other == newest || other.triggeredBy().equals(Scheduler.FORCED_RESCHEDULE)) {
                ready.add(other);
            } else {
                known.remove(other.id());
                superfluous.add(other);
            }
        }
        return superfluous;
    }

    /** Forgets everything, when leadership is lost. */
    void clear() {
        ready.clear();
        beingPlanned.clear();
        waitingForJob.clear();
        known.clear();
        failures.clear();
    }
}
