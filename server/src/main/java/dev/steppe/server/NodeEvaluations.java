package dev.steppe.server;

import dev.steppe.model.Allocation;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.NodeId;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Makes the evaluations that a change of a node calls for. To be used on the loop whose time and randomness it gets. */
record NodeEvaluations(Supplier<Instant> now, Supplier<RandomGenerator> random) {

    /** Of the jobs that its coming or going concerns: those with something on it, and those that run everywhere. */
    List<Evaluation> ofNode(Snapshot snapshot, NodeId node) {
        var jobs = new TreeSet<JobKey>();
        snapshot.allocationsOn(node).stream()
                .filter(allocation -> !allocation.isTerminal())
                .forEach(allocation -> jobs.add(allocation.jobKey()));
        for (Job job : snapshot.jobs()) {
            if (job.spec().type().everywhere() && !job.stop()) {
                jobs.add(job.key());
            }
        }
        return jobs.stream()
                .flatMap(key -> snapshot.job(key).stream())
                .map(job -> Evaluations.ofNode(job, node, now.get(), random.get()))
                .toList();
    }

    /** Of the jobs of these allocations. */
    List<Evaluation> ofJobs(Snapshot snapshot, Collection<Allocation> allocations, String trigger) {
        var jobs = new TreeSet<JobKey>();
        allocations.forEach(allocation -> jobs.add(allocation.jobKey()));
        return jobs.stream()
                .flatMap(key -> snapshot.job(key).stream())
                .map(job -> Evaluations.of(job, trigger, now.get(), random.get()))
                .toList();
    }
}
