package dev.steppe.server;

import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.JobId;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.RecordShape;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Makes the jobs that periodic and parameterized jobs launch. */
final class Children {
    private Children() {}

    /** The launch of a periodic job at a time; {@code forced} when somebody wants it now. */
    static Command.LaunchPeriodic launch(
            Job parent, Instant launch, boolean forced, Instant now, RandomGenerator random) {
        var id = new JobId(parent.spec().id() + "/periodic-" + launch.getEpochSecond());
        var child = with(with(with(parent.spec(), "id", id), "name", id.value()), "periodic", Optional.empty());
        return launch(parent, launch, forced, Optional.of(child), Optional.of(evaluation(child, now, random)), now);
    }

    /** A time of a periodic job passes without a launch. */
    static Command.LaunchPeriodic skip(Job parent, Instant launch, Instant now) {
        return launch(parent, launch, false, Optional.empty(), Optional.empty(), now);
    }

    private static Command.LaunchPeriodic launch(
            Job parent,
            Instant launch,
            boolean forced,
            Optional<JobSpec> child,
            Optional<Evaluation> evaluation,
            Instant now) {
        return new Command.LaunchPeriodic(
                parent.spec().namespace(),
                parent.spec().id(),
                parent.jobModifyIndex(),
                launch,
                forced,
                child,
                evaluation,
                now);
    }

    private static Evaluation evaluation(JobSpec child, Instant now, RandomGenerator random) {
        return Evaluations.of(child, "periodic-job", now, random);
    }

    /** What a dispatch of a job runs. */
    static JobSpec dispatched(Job parent, JobId id, SortedMap<String, String> meta, Optional<Integer> priority) {
        var merged = new TreeMap<>(parent.spec().meta());
        merged.putAll(meta);
        var named = with(with(parent.spec(), "id", id), "name", id.value());
        var told = with(named, "meta", Collections.unmodifiableSortedMap(merged));
        return priority.map(it -> with(told, "priority", it)).orElse(told);
    }

    /** Whether something that a job launched earlier is still going on. */
    static boolean anyGoesOn(Snapshot snapshot, Job parent) {
        return snapshot.childrenOf(parent.key()).stream().anyMatch(child -> goesOn(snapshot, child));
    }

    private static boolean goesOn(Snapshot snapshot, Job child) {
        boolean owed = snapshot.evaluationsOf(child.key()).stream()
                .anyMatch(evaluation -> !evaluation.status().isTerminal());
        return owed
                || snapshot.allocationsOf(child.key()).stream()
                        .anyMatch(allocation -> !allocation.client().status().isTerminal());
    }

    private static JobSpec with(JobSpec job, String component, Object value) {
        return RecordShape.with(job, component, value);
    }
}
