package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.scheduler.Plan;
import dev.steppe.scheduler.PlanCheck;
import dev.steppe.scheduler.Scheduler;
import dev.steppe.state.Command;
import dev.steppe.state.Event;
import dev.steppe.state.Store;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Turns pending evaluations into applied plans, on the leader: broker, scheduler, check, log. Several evaluations are
 * planned at a time, and more are on their way into the log. A plan is checked against the newest state with what those
 * on their way place, but not what they free: so it holds whatever becomes of them. One that was rejected is planned again
 * alone, with nothing on its way. Owned by the loop.
 */
final class Planner {
    private static final System.Logger LOG = System.getLogger(Planner.class.getName());
    private static final int ATTEMPTS_MAX = 5;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration CONFLICTS_RETRIED_AFTER = Duration.ofMinutes(1);
    private static final Duration FOLLOW_UP_MIN = Duration.ofMinutes(1);
    private static final Duration FOLLOW_UP_SPREAD = Duration.ofMinutes(5);

    private final Loop loop;
    private final Store store;
    private final Proposals proposals;
    private final Limits limits;
    private final EvaluationBroker broker = new EvaluationBroker();
    private final TreeMap<EvaluationId, Loop.Timer> delayed = new TreeMap<>();
    private final PlansUnderway onTheirWay = new PlansUnderway();
    private final ArrayDeque<Attempt> conflicted = new ArrayDeque<>();
    private boolean leading;
    private long term;
    private int planning;

    /** How many evaluations are planned at a time, and how many may be planned and on their way together. */
    record Limits(int planned, int begun) {
        /** Planning keeps processors busy, the log only waits. */
        static final Limits STANDARD = new Limits(4, 16);
    }

    /** An evaluation that is planned for the n-th time while this server leads as it did then. */
    private record Attempt(Evaluation evaluation, int number, long term) {
        Attempt again() {
            return new Attempt(evaluation, number + 1, term);
        }
    }

    Planner(Loop loop, Store store, Proposals proposals, Limits limits) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
        this.limits = limits;
    }

    /** Begins to plan everything that is pending. */
    void lead() {
        leading = true;
        for (Evaluation evaluation : store.snapshot().evaluations()) {
            take(evaluation);
        }
        pump();
    }

    /** Stops planning; another server does it. */
    void follow() {
        leading = false;
        term++;
        planning = 0;
        broker.clear();
        onTheirWay.clear();
        conflicted.clear();
        delayed.values().forEach(Loop.Timer::cancel);
        delayed.clear();
    }

    void applied(List<Event> events) {
        if (!leading) {
            return;
        }
        for (Event event : events) {
            if (event instanceof Event.EvaluationChanged changed) {
                take(changed.evaluation());
            }
        }
        pump();
    }

    private void take(Evaluation evaluation) {
        if (evaluation.status() != EvaluationStatus.PENDING) {
            return;
        }
        var wait = Duration.between(loop.now(), evaluation.waitUntil());
        if (wait.isPositive()) {
            delayed.computeIfAbsent(
                    evaluation.id(),
                    id -> loop.after(wait, () -> {
                        delayed.remove(id);
                        takeAgain(id);
                    }));
        } else {
            broker.enqueue(evaluation);
        }
    }

    private void takeAgain(EvaluationId id) {
        if (leading) {
            store.snapshot().evaluation(id).ifPresent(this::take);
            pump();
        }
    }

    /** Operators may let evaluations wait; what is being planned already is finished. */
    private boolean isPaused() {
        return store.snapshot().schedulerConfiguration().pauseEvalBroker();
    }

    private void pump() {
        while (leading && !isPaused() && planning < limits.planned() && planning + onTheirWay.size() < limits.begun()) {
            if (!conflicted.isEmpty()) {
                if (planning > 0 || !onTheirWay.isEmpty()) {
                    return;
                }
                plan(conflicted.removeFirst());
                return;
            }
            var next = broker.next();
            if (next.isEmpty()) {
                return;
            }
            var evaluation = next.get();
            boolean wanted = store.snapshot()
                    .evaluation(evaluation.id())
                    .filter(now -> now.status() == EvaluationStatus.PENDING)
                    .isPresent();
            if (wanted) {
                plan(new Attempt(evaluation, 1, term));
            } else {
                cancel(broker.done(evaluation));
            }
        }
    }

    private void plan(Attempt attempt) {
        planning++;
        var snapshot = store.snapshot();
        var now = loop.now();
        var random = new SplittableRandom(loop.random().nextLong());
        loop.<Plan>offload("plan", () -> Scheduler.plan(snapshot, attempt.evaluation(), now, random), outcome -> {
            if (attempt.term() != term) {
                return;
            }
            planning--;
            switch (outcome) {
                case Loop.Outcome.Done<Plan> done -> submit(attempt, done.value());
                case Loop.Outcome.Failed<Plan> failed -> {
                    LOG.log(
                            Level.ERROR,
                            "planning failed evaluation=" + attempt.evaluation().id(),
                            failed.reason());
                    failed(attempt.evaluation());
                }
            }
            pump();
        });
    }

    private void submit(Attempt attempt, Plan plan) {
        var newest = store.snapshot();
        onTheirWay.look(newest);
        var verdict = PlanCheck.check(newest, onTheirWay::on, plan);
        var accepted = verdict.accepted();
        var evaluations = new ArrayList<Evaluation>();
        boolean whole = verdict.rejected().isEmpty();
        evaluations.addAll(accepted.evaluationsOfVictims(newest));
        if (whole) {
            evaluations.add(accepted.evaluation());
            evaluations.addAll(accepted.followUps());
        } else if (accepted.isEmpty()) {
            conflict(attempt);
            return;
        }
        var command = accepted.command(evaluations, loop.now());
        var id = attempt.evaluation().id();
        onTheirWay.add(id, accepted.placed());
        proposals.propose(command, reply -> {
            if (attempt.term() != term) {
                return;
            }
            onTheirWay.remove(id);
            if (reply instanceof Reply.Refused<Long> refused) {
                LOG.log(
                        Level.WARNING,
                        "plan not applied evaluation=" + id + " reason="
                                + refused.refusal().message());
                cancel(broker.done(attempt.evaluation()));
                // it is pending still: nobody else would bring it back while this server leads
                loop.after(RETRY_AFTER, () -> takeAgain(id));
            } else if (whole) {
                cancel(broker.done(attempt.evaluation()));
            } else {
                conflict(attempt);
            }
            pump();
        });
    }

    private void conflict(Attempt attempt) {
        if (attempt.number() < ATTEMPTS_MAX) {
            conflicted.addLast(attempt.again());
            return;
        }
        var evaluation = attempt.evaluation();
        end(
                evaluation,
                "maximum attempts reached (" + ATTEMPTS_MAX + ")",
                Evaluations.after(
                        evaluation,
                        "max-plan-attempts",
                        "created due to placement conflicts",
                        CONFLICTS_RETRIED_AFTER,
                        loop.now(),
                        loop.random()),
                () -> cancel(broker.done(evaluation)));
    }

    /** Planning threw: tried again a little later, and after some times much later, by another evaluation. */
    private void failed(Evaluation evaluation) {
        var wait = broker.failed(evaluation);
        if (wait.isPresent()) {
            loop.after(wait.get(), () -> takeAgain(evaluation.id()));
            return;
        }
        var later = FOLLOW_UP_MIN.plusMillis(loop.random().nextLong(FOLLOW_UP_SPREAD.toMillis()));
        end(
                evaluation,
                "evaluation reached delivery limit (" + EvaluationBroker.DELIVERIES_MAX + ")",
                Evaluations.after(
                        evaluation,
                        "failed-follow-up",
                        "created after an evaluation failed",
                        later,
                        loop.now(),
                        loop.random()),
                () -> {});
    }

    private void end(Evaluation evaluation, String reason, Evaluation next, Runnable then) {
        var ended = evaluation.with(EvaluationStatus.FAILED, reason).followedBy(next.id());
        proposals.propose(new Command.PutEvaluations(List.of(ended, next), loop.now()), reply -> {
            if (leading) {
                then.run();
                takeAgain(evaluation.id());
            }
        });
    }

    private void cancel(List<Evaluation> superfluous) {
        if (!superfluous.isEmpty() && leading) {
            var cancelled = superfluous.stream()
                    .map(waited -> waited.with(
                            EvaluationStatus.CANCELLED, "canceled after more recent evaluation was processed"))
                    .toList();
            proposals.propose(new Command.PutEvaluations(cancelled, loop.now()), reply -> {});
        }
    }
}
