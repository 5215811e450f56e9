package dev.steppe.server;

import dev.steppe.model.Allocation;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.NodeId;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Makes the evaluations that a change of a node calls for. To be used on the loop whose time and randomness it gets. */
final class NodeEvaluations {
    private final Supplier<Instant> now;
    private final Supplier<RandomGenerator> random;
    /** The jobs that run everywhere, as of an index of the jobs: thousands of nodes may come at once. */
    private List<JobKey> everywhere = List.of();

    private long everywhereAt = -1;

    NodeEvaluations(Supplier<Instant> now, Supplier<RandomGenerator> random) {
        this.now = now;
        this.random = random;
    }

    /** Of the jobs that its coming or going concerns: those with something on it, and those that run everywhere. */
    List<Evaluation> ofNode(Snapshot snapshot, NodeId node) {
        var jobs = new TreeSet<>(everywhere(snapshot));
        snapshot.allocationsOn(node).stream()
                .filter(allocation -> !allocation.isTerminal())
                .forEach(allocation -> jobs.add(allocation.jobKey()));
        return jobs.stream()
                .flatMap(key -> snapshot.job(key).stream())
                .map(job -> Evaluations.ofNode(job, node, now.get(), random.get()))
                .toList();
    }

    private List<JobKey> everywhere(Snapshot snapshot) {
        long index = snapshot.index(Table.JOBS);
        if (index != everywhereAt) {
            var found = new ArrayList<JobKey>();
            for (Job job : snapshot.jobs()) {
                if (job.spec().type().everywhere() && !job.stop()) {
                    found.add(job.key());
                }
            }
            everywhere = List.copyOf(found);
            everywhereAt = index;
        }
        return everywhere;
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
