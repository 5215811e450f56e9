package dev.steppe.server;

import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.JobKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Hands out pending evaluations: by priority, then age, and never two of one job at a time. Owned by the server's loop.
 * It keeps no truth of its own: all of it can be filled again from the state.
 */
final class EvaluationBroker {
    private static final Comparator<Evaluation> ORDER = Comparator.comparingInt(Evaluation::priority)
            .reversed()
            .thenComparingLong(Evaluation::createIndex)
            .thenComparing(Evaluation::id);

    private final TreeSet<Evaluation> ready = new TreeSet<>(ORDER);
    private final TreeMap<JobKey, Evaluation> beingPlanned = new TreeMap<>();
    private final TreeMap<JobKey, List<Evaluation>> waitingForJob = new TreeMap<>();
    private final TreeSet<EvaluationId> known = new TreeSet<>();

    /** Takes in a pending evaluation; one that it has already changes nothing. */
    void enqueue(Evaluation evaluation) {
        if (!known.add(evaluation.id())) {
            return;
        }
        if (beingPlanned.containsKey(evaluation.jobKey())) {
            waitingForJob
                    .computeIfAbsent(evaluation.jobKey(), key -> new ArrayList<>())
                    .add(evaluation);
        } else {
            ready.add(evaluation);
        }
    }

    /** The next evaluation to plan, until {@link #done} is called for it; empty when there is none. */
    Optional<Evaluation> next() {
        while (!ready.isEmpty()) {
            var evaluation = ready.pollFirst();
            if (beingPlanned.containsKey(evaluation.jobKey())) {
                waitingForJob
                        .computeIfAbsent(evaluation.jobKey(), key -> new ArrayList<>())
                        .add(evaluation);
            } else {
                beingPlanned.put(evaluation.jobKey(), evaluation);
                return Optional.of(evaluation);
            }
        }
        return Optional.empty();
    }

    /**
     * The evaluation was planned. Gives the evaluations of the same job that waited meanwhile, except the newest, which
     * will see everything they would: they can be cancelled.
     */
    List<Evaluation> done(Evaluation evaluation) {
        beingPlanned.remove(evaluation.jobKey());
        known.remove(evaluation.id());
        var waited = waitingForJob.remove(evaluation.jobKey());
        if (waited == null) {
            return List.of();
        }
        waited.sort(ORDER.reversed());
        ready.add(waited.removeFirst());
        waited.forEach(superfluous -> known.remove(superfluous.id()));
        return waited;
    }

    /** Forgets everything, when leadership is lost. */
    void clear() {
        ready.clear();
        beingPlanned.clear();
        waitingForJob.clear();
        known.clear();
    }
}
