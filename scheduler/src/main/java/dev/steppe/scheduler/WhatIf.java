package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.Ids;
import dev.steppe.model.Job;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What the scheduler would do for a job now, and what it would do had some commands been carried out before. */
final class WhatIf {
    private final Snapshot before;
    private final Job job;
    private final Instant now;
    private final RandomGenerator random;
    private final long seed;
    private final Plan plan;
    private final Snapshot settled;

    WhatIf(Snapshot snapshot, Job job, Instant now, RandomGenerator random) {
        before = snapshot;
        this.job = job;
        this.now = now;
        this.random = random;
        seed = random.nextLong();
        plan = plan(snapshot);
        settled = plan.isEmpty()
                ? snapshot
                : Store.supposing(
                        snapshot, new Command.ApplyPlan(plan.placed(), plan.stopped(), plan.moved(), List.of(), now));
    }

    /** How many instances of a group the scheduler would find no place for. */
    int unplaced(String group) {
        return plan.queued().getOrDefault(group, 0);
    }

    /** How many instances of a group the scheduler would place beyond those there are. */
    int coming(String group) {
        return Math.toIntExact(plan.placed().stream()
                .filter(it -> it.taskGroup().equals(group))
                .filter(it -> it.previous()
                        .flatMap(before::allocation)
                        .filter(old -> !old.isTerminal())
                        .isEmpty())
                .count());
    }

    /** How many of those that find no place are to replace one that runs on until they have one. */
    int replacing(String group) {
        return plan.queuedUpdates().getOrDefault(group, 0);
    }

    /**
     * The state when everything is placed that can be. Where a successor finds no place it is without the one that would be
     * stopped for it: the scheduler counts on its room.
     */
    Snapshot settled(TaskGroup group) {
        if (replacing(group.name()) == 0) {
            return settled;
        }
        var succession = new Succession(settled, job);
        var stops = settled.allocationsOf(job.key()).stream()
                .filter(it -> it.taskGroup().equals(group.name()) && !it.isTerminal())
                .filter(it -> it.jobVersion() != job.version()
                        && it.client().status() != ClientStatus.UNKNOWN
                        && !succession.of(it, group).inPlace())
                .sorted(Comparator.comparingInt(Allocation::index).thenComparing(Allocation::id))
                .limit(job.spec().type().everywhere() ? Long.MAX_VALUE : 1)
                .map(it -> new Command.Stop(it.id(), DesiredStatus.STOP, Scheduler.UPDATED, Optional.empty()))
                .toList();
        return Store.supposing(settled, new Command.ApplyPlan(List.of(), stops, List.of(), List.of(), now));
    }

    Instant now() {
        return now;
    }

    /** An id nobody has, for what is only supposed. */
    String freshId() {
        return Ids.random(random);
    }

    /** Decides among nodes that are equal otherwise. */
    long seed() {
        return seed;
    }

    /** The plan for the job had these commands been carried out. */
    Plan after(List<Command> commands) {
        var supposed = before;
        for (Command command : commands) {
            supposed = Store.supposing(supposed, command);
        }
        return plan(supposed);
    }

    private Plan plan(Snapshot snapshot) {
        return Scheduler.inParts(snapshot, evaluation(snapshot), now, random);
    }

    private Evaluation evaluation(Snapshot snapshot) {
        var id = new EvaluationId(Ids.random(random));
        return Evaluation.fresh(id, job.spec(), job.modifyIndex(), "explain", now)
                .seen(snapshot.index());
    }
}
