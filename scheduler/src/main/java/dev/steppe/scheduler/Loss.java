package dev.steppe.scheduler;

import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.Ids;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.codec.Json;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * What a plan costs another job: so many of its instances would have to go, and for so many of them there would be no other
 * place.
 */
public record Loss(String namespace, @Json("JobID") String jobId, int evicted, int unplaced) {

    /** What each job that loses instances to a plan would do about it, one after the other. */
    static List<Loss> of(Snapshot before, Plan plan, Instant now, RandomGenerator random) {
        var evicted = new TreeMap<JobKey, Integer>();
        for (Command.Stop stop : plan.stopped()) {
            if (stop.preemptedBy().isPresent()) {
                before.allocation(stop.allocation()).ifPresent(it -> evicted.merge(it.jobKey(), 1, Integer::sum));
            }
        }
        var losses = new ArrayList<Loss>();
        var supposed = evicted.isEmpty() ? before : Store.supposing(before, plan.command(List.of(), now));
        for (var entry : evicted.entrySet()) {
            var job = before.job(entry.getKey());
            if (job.isEmpty()) {
                continue;
            }
            int lackedBefore = unplaced(plan(before, job.get(), now, random));
            var after = plan(supposed, job.get(), now, random);
            int lost = entry.getValue();
            losses.add(new Loss(
                    entry.getKey().namespace(),
                    entry.getKey().id().value(),
                    lost,
                    Math.clamp(unplaced(after) - lackedBefore, 0, lost)));
            // the next job finds the nodes as this one leaves them
            supposed = Store.supposing(supposed, after.command(List.of(), now));
        }
        return List.copyOf(losses);
    }

    private static Plan plan(Snapshot snapshot, Job job, Instant now, RandomGenerator random) {
        var id = new EvaluationId(Ids.random(random));
        var evaluation = Evaluation.fresh(id, job.spec(), job.modifyIndex(), "preemption", now);
        return Scheduler.plan(snapshot, evaluation.seen(snapshot.index()), now, random);
    }

    private static int unplaced(Plan plan) {
        return plan.queued().values().stream().mapToInt(Integer::intValue).sum();
    }
}
