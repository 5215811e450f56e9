package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
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

    private static final Comparator<Evaluation> OLDEST_FIRST =
            Comparator.comparingLong(Evaluation::createIndex).thenComparing(Evaluation::id);

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
            snapshot.evaluationsOf(key).stream()
                    .filter(open::isStillOpen)
                    .sorted(OLDEST_FIRST)
                    .forEach(it -> facts.addAll(open.of(it)));
            var whatIf = new WhatIf(snapshot, job, now, random);
            var groups = groups(job, job.spec().taskGroups(), whatIf);
            boolean waits = job.spec().allAtOnce() && groups.stream().anyMatch(it -> it.unplaced() > 0);
            if (!groups.isEmpty()) {
                job.spec()
                        .taskGroups()
                        .forEach(it -> facts.add(new GroupCount(snapshot, job, it, whatIf).sentence(waits)));
            }
            var told = worthTelling(job);
            if (told.size() > INSTANCES_MAX) {
                facts.add(INSTANCES_MAX + " of " + told.size()
                        + " allocations are told about one by one, those that do not run first");
            }
            return new Explained(
                    "job",
                    key.id().value(),
                    key.namespace(),
                    key.id().value(),
                    Collections.unmodifiableList(facts),
                    groups,
                    told.stream()
                            .limit(INSTANCES_MAX)
                            .map(new Course(snapshot, now)::of)
                            .toList());
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
            var waits = new Waits(snapshot, now);
            var facts = new ArrayList<>(waits.of(evaluation));
            if (!evaluation.status().isTerminal()) {
                waits.paused().ifPresent(facts::addFirst);
            }
            boolean looked = evaluation.status() != EvaluationStatus.CANCELLED;
            var groups = snapshot.job(evaluation.jobKey())
                    .filter(job -> looked)
                    .map(job -> groups(job, job.spec().taskGroups()))
                    .orElse(List.of());
            var unplaced = groups.stream().filter(group -> group.unplaced() > 0).toList();
            if (looked && !evaluation.failedGroups().isEmpty() && unplaced.isEmpty()) {
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

    /** Not what ended of an earlier job of the name: it is nobody's any more. */
    private List<Allocation> worthTelling(Job job) {
        return snapshot.allocationsOf(job.key()).stream()
                .filter(Course::isWorthTelling)
                .filter(it -> !it.isTerminal() || it.createIndex() > job.createIndex())
                .sorted(Course.TROUBLED_FIRST)
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
        var survey = new Survey(whatIf.settled(group), job, group, whatIf.seed(), snapshot.index());
        return new Explained.Group(
                group.name(),
                new GroupCount(snapshot, job, group, whatIf).wanted(),
                unplaced,
                whatIf.replacing(group.name()),
                survey.seen().size(),
                survey.fitting().size(),
                survey.reasons(),
                survey.best(),
                unplaced == 0 ? List.of() : new Remedies(new Shortage(whatIf, job, survey, unplaced)).all());
    }
}
