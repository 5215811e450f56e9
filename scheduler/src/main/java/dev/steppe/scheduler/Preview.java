package dev.steppe.scheduler;

import dev.steppe.model.AllocationId;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.JobSpec;
import dev.steppe.model.diff.JobDiff;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.random.RandomGenerator;

/**
 * What would happen if a job were registered now: the scheduler's own plan on a state that has the job already. Nothing
 * of it is kept. {@code jobModifyIndex} is that of the registered job, 0 when there is none.
 */
public record Preview(
        JobDiff diff,
        SortedMap<String, DesiredUpdates> updates,
        SortedMap<String, AllocationMetric> failed,
        List<Evaluation> followUps,
        List<AllocationId> preempted,
        List<Loss> losses,
        long jobModifyIndex) {

    /** Previews the registration of a job that the given evaluation would be made for. */
    public static Preview of(
            Snapshot snapshot, JobSpec job, Evaluation evaluation, Instant now, RandomGenerator random) {
        var supposed =
                Store.supposing(snapshot, new Command.RegisterJob(job, Optional.empty(), Optional.of(evaluation), now));
        var plan = Scheduler.plan(supposed, evaluation, now, random);
        var before = snapshot.job(job.key());
        var diff = JobDiff.between(before.map(Job::spec), job);
        return new Preview(
                new Annotation(plan.updates()).of(diff),
                plan.updates(),
                plan.failed(),
                plan.followUps(),
                plan.stopped().stream()
                        .filter(stop -> stop.preemptedBy().isPresent())
                        .map(Command.Stop::allocation)
                        .toList(),
                Loss.of(supposed, plan, now, random),
                before.map(Job::jobModifyIndex).orElse(0L));
    }
}
