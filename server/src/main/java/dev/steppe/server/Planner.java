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
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Turns pending evaluations into applied plans, on the leader: broker, scheduler, check against the newest state, log. One
 * plan is on its way at a time, so the state a plan is checked against is the state it is applied to. Owned by the loop.
 */
final class Planner {
    private static final System.Logger LOG = System.getLogger(Planner.class.getName());
    private static final int ATTEMPTS_MAX = 5;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Loop loop;
    private final Store store;
    private final Proposals proposals;
    private final EvaluationBroker broker = new EvaluationBroker();
    private final TreeMap<EvaluationId, Loop.Timer> delayed = new TreeMap<>();
    private boolean leading;
    private boolean busy;

    Planner(Loop loop, Store store, Proposals proposals) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
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
        broker.clear();
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
                        store.snapshot().evaluation(id).ifPresent(this::take);
                        pump();
                    }));
        } else {
            broker.enqueue(evaluation);
        }
    }

    private void pump() {
        if (!leading || busy) {
            return;
        }
        broker.next().ifPresent(evaluation -> {
            busy = true;
            attempt(evaluation, 1);
        });
    }

    private void attempt(Evaluation evaluation, int attempt) {
        var snapshot = store.snapshot();
        var now = loop.now();
        var random = new SplittableRandom(loop.random().nextLong());
        loop.<Plan>offload("plan", () -> Scheduler.plan(snapshot, evaluation, now, random), outcome -> {
            switch (outcome) {
                case Loop.Outcome.Done<Plan> done -> submit(evaluation, done.value(), attempt);
                case Loop.Outcome.Failed<Plan> failed -> {
                    LOG.log(Level.ERROR, "planning failed evaluation=" + evaluation.id(), failed.reason());
                    close(evaluation, "planning failed: " + failed.reason());
                }
            }
        });
    }

    private void submit(Evaluation evaluation, Plan plan, int attempt) {
        if (!leading) {
            busy = false;
            return;
        }
        var verdict = PlanCheck.check(store.snapshot(), plan);
        var accepted = verdict.accepted();
        var evaluations = new ArrayList<Evaluation>();
        boolean whole = verdict.rejected().isEmpty();
        if (whole) {
            evaluations.add(accepted.evaluation());
            evaluations.addAll(accepted.followUps());
        }
        var command =
                new Command.ApplyPlan(accepted.placed(), accepted.stopped(), accepted.moved(), evaluations, loop.now());
        proposals.propose(command, reply -> {
            if (reply instanceof Reply.Refused<Long> refused) {
                LOG.log(
                        Level.WARNING,
                        "plan not applied evaluation=" + evaluation.id() + " reason="
                                + refused.refusal().message());
                finish(evaluation);
                // it is pending still: nobody else would bring it back while this server leads
                loop.after(RETRY_AFTER, () -> {
                    if (leading) {
                        store.snapshot().evaluation(evaluation.id()).ifPresent(this::take);
                        pump();
                    }
                });
            } else if (whole) {
                finish(evaluation);
            } else if (attempt < ATTEMPTS_MAX) {
                attempt(evaluation, attempt + 1);
            } else {
                close(evaluation, "maximum attempts reached (" + ATTEMPTS_MAX + ")");
            }
        });
    }

    private void close(Evaluation evaluation, String reason) {
        var failed = evaluation.with(EvaluationStatus.FAILED, reason);
        proposals.propose(new Command.PutEvaluations(List.of(failed), loop.now()), reply -> finish(evaluation));
    }

    private void finish(Evaluation evaluation) {
        busy = false;
        var superfluous = broker.done(evaluation).stream()
                .map(waited ->
                        waited.with(EvaluationStatus.CANCELLED, "canceled after more recent evaluation was processed"))
                .toList();
        if (!superfluous.isEmpty() && leading) {
            proposals.propose(new Command.PutEvaluations(superfluous, loop.now()), reply -> {});
        }
        pump();
    }
}
