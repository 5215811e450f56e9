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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * What a plan costs another job: so many of its instances would have to go, and for so many of them there would be no other
 * place. The latter is empty where many jobs lose instances and nobody looked for other places for those of this one.
 */
public record Loss(String namespace, @Json("JobID") String jobId, int evicted, Optional<Integer> unplaced) {
    /** So many jobs are looked at closer, each with two plans of its own. */
    static final int LOOKED_AT = 20;

    private static final Comparator<Map.Entry<JobKey, Integer>> MOST_FIRST =
            Map.Entry.<JobKey, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey());

    /**
     * The jobs that lose instances to a plan, those that lose most first, and what the first of them would do about it, one
     * after the other.
     */
    static List<Loss> of(Snapshot before, Plan plan, Instant now, RandomGenerator random) {
        var evicted = new TreeMap<JobKey, Integer>();
        for (Command.Stop stop : plan.stopped()) {
            if (stop.preemptedBy().isPresent()) {
                before.allocation(stop.allocation()).ifPresent(it -> evicted.merge(it.jobKey(), 1, Integer::sum));
            }
        }
        var losses = new ArrayList<Loss>();
        var supposed = evicted.isEmpty() ? before : Store.supposing(before, plan.command(List.of(), now));
        for (var entry : evicted.entrySet().stream().sorted(MOST_FIRST).toList()) {
            var job = before.job(entry.getKey());
            if (job.isEmpty()) {
                continue;
            }
            if (losses.size() >= LOOKED_AT) {
                losses.add(of(entry, Optional.empty()));
                continue;
            }
            int lackedBefore = unplaced(plan(before, job.get(), now, random));
            var after = plan(supposed, job.get(), now, random);
            int lost = entry.getValue();
            losses.add(of(entry, Optional.of(Math.clamp(unplaced(after) - lackedBefore, 0, lost))));
            // the next job finds the nodes as this one leaves them
            supposed = Store.supposing(supposed, after.command(List.of(), now));
        }
        return List.copyOf(losses);
    }

    private static Loss of(Map.Entry<JobKey, Integer> evicted, Optional<Integer> unplaced) {
        var key = evicted.getKey();
        return new Loss(key.namespace(), key.id().value(), evicted.getValue(), unplaced);
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
