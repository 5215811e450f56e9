package dev.steppe.scheduler;

import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Answers why something is pending and what would help, by asking the scheduler itself on the given snapshot: what it would
 * place now, what each check says of each node, and what it would do were something otherwise. Nothing is kept.
 */
public final class Explainer {
    /** Allocations that are told about one by one, those that do not run first. */
    private static final int INSTANCES_MAX = 20;

    private static final String NEXT = "when the scheduler looks at the job next";
    private static final String ALL_AT_ONCE = "that stays free until there is one for all (all_at_once)";

    private final Snapshot snapshot;
    private final Instant now;
    private final RandomGenerator random;

    public Explainer(Snapshot snapshot, Instant now, RandomGenerator random) {
        this.snapshot = snapshot;
        this.now = now;
        this.random = random;
    }

    /** About a job with all its groups; empty when there is no such job. */
    public Optional<Explained> job(JobKey key) {
        return snapshot.job(key).map(job -> {
            var open = new Waits(snapshot, now);
            var facts = new ArrayList<>(open.ofJob(job));
            snapshot.evaluationsOf(key).stream().filter(open::isStillOpen).forEach(it -> facts.addAll(open.of(it)));
            var whatIf = new WhatIf(snapshot, job, now, random);
            var groups = groups(job, job.spec().taskGroups(), whatIf);
            boolean waits = job.spec().allAtOnce() && groups.stream().anyMatch(it -> it.unplaced() > 0);
            groups.forEach(group -> facts.add(counted(job, group, whatIf.coming(group.name()), waits)));
            return new Explained(
                    "job",
                    key.id().value(),
                    key.namespace(),
                    key.id().value(),
                    Collections.unmodifiableList(facts),
                    groups,
                    instances(key));
        });
    }

    /** About one allocation, and about its group when another instance is wanted in its place. */
    public Optional<Explained> allocation(AllocationId id) {
        return snapshot.allocation(id).map(allocation -> {
            var course = new Course(snapshot, now);
            var job = snapshot.job(allocation.jobKey());
            boolean wanted = allocation.isTerminal() && allocation.next().isEmpty();
            var groups = job.filter(it -> wanted)
                    .flatMap(it -> it.spec().group(allocation.taskGroup()).map(group -> groups(it, List.of(group))))
                    .orElse(List.of());
            return new Explained(
                    "allocation",
                    id.value(),
                    allocation.namespace(),
                    allocation.jobId().value(),
                    List.of(),
                    groups.stream().filter(group -> group.unplaced() > 0).toList(),
                    List.of(course.of(allocation)));
        });
    }

    /** About one evaluation, and about the groups of its job that have instances without a place. */
    public Optional<Explained> evaluation(EvaluationId id) {
        return snapshot.evaluation(id).map(evaluation -> {
            var facts = new ArrayList<>(new Waits(snapshot, now).of(evaluation));
            var groups = snapshot.job(evaluation.jobKey())
                    .filter(job -> evaluation.status() != EvaluationStatus.CANCELLED)
                    .map(job -> groups(job, job.spec().taskGroups()))
                    .orElse(List.of());
            var unplaced = groups.stream().filter(group -> group.unplaced() > 0).toList();
            if (!evaluation.failedGroups().isEmpty() && unplaced.isEmpty()) {
                facts.add("by now nothing of the job is without a place");
            }
            if (facts.isEmpty() && unplaced.isEmpty()) {
                facts.add("it is " + evaluation.status().name().toLowerCase(Locale.ROOT)
                        + " and left nothing without a place");
            }
            return new Explained(
                    "evaluation",
                    id.value(),
                    evaluation.namespace(),
                    evaluation.jobId().value(),
                    Collections.unmodifiableList(facts),
                    unplaced,
                    List.of());
        });
    }

    private String counted(Job job, Explained.Group group, int coming, boolean waits) {
        var all = snapshot.allocationsOf(job.key()).stream()
                .filter(it -> it.taskGroup().equals(group.name()))
                .toList();
        long live = all.stream().filter(it -> !it.isTerminal()).count();
        long running = all.stream()
                .filter(it -> !it.isTerminal() && it.client().status() == ClientStatus.RUNNING)
                .count();
        long done = all.stream()
                .filter(it -> job.spec().type().ends()
                        && it.client().status() == ClientStatus.COMPLETE
                        && it.desiredStatus() == DesiredStatus.RUN
                        && it.jobVersion() == job.version())
                .count();
        long ended = group.wanted() - live - done - group.unplaced() - coming;
        return "group \"" + group.name() + "\": " + group.wanted() + " wanted, " + running + " running, "
                + (live - running) + " placed and not running, "
                + (done > 0 ? done + " complete, " : "")
                + group.unplaced() + " without a place"
                + (coming > 0 ? ", " + coming + " with a place " + (waits ? ALL_AT_ONCE : NEXT) : "")
                + (ended > 0 ? ", " + ended + " ended and not replaced yet" : "");
    }

    private List<Explained.Instance> instances(JobKey key) {
        var course = new Course(snapshot, now);
        return snapshot.allocationsOf(key).stream()
                .filter(Course::isWorthTelling)
                .sorted(Course.TROUBLED_FIRST)
                .limit(INSTANCES_MAX)
                .map(course::of)
                .toList();
    }

    private List<Explained.Group> groups(Job job, List<TaskGroup> groups) {
        return groups(job, groups, new WhatIf(snapshot, job, now, random));
    }

    private List<Explained.Group> groups(Job job, List<TaskGroup> groups, WhatIf whatIf) {
        if (job.stop() || job.isParent()) {
            return List.of();
        }
        var found = new ArrayList<Explained.Group>();
        for (TaskGroup group : groups) {
            found.add(group(job, group, whatIf));
        }
        return Collections.unmodifiableList(found);
    }

    private Explained.Group group(Job job, TaskGroup group, WhatIf whatIf) {
        int unplaced = whatIf.unplaced(group.name());
        var survey = new Survey(whatIf.settled(), job, group, whatIf.seed());
        return new Explained.Group(
                group.name(),
                job.spec().type().everywhere() ? wantedEverywhere(job, group, unplaced) : group.count(),
                unplaced,
                survey.seen().size(),
                survey.fitting().size(),
                survey.reasons(),
                survey.best(),
                unplaced == 0 ? List.of() : new Remedies(new Shortage(whatIf, job, survey, unplaced)).all());
    }

    private int wantedEverywhere(Job job, TaskGroup group, int unplaced) {
        long live = snapshot.allocationsOf(job.key()).stream()
                .filter(it -> it.taskGroup().equals(group.name()) && !it.isTerminal())
                .count();
        return Math.toIntExact(live) + unplaced;
    }
}
