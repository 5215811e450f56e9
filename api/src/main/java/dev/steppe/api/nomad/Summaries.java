package dev.steppe.api.nomad;

import dev.steppe.api.JobStatus;
import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.state.Snapshot;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** What is computed about a job from its allocations and evaluations. Pure. */
final class Summaries {
    private Summaries() {}

    /** The job with its status, as of the snapshot. */
    static Shapes.JobView view(Snapshot snapshot, Job job) {
        return new Shapes.JobView(job.shown(), JobStatus.of(snapshot, job), "");
    }

    /** The counts of a job's groups. */
    static Shapes.JobSummary summary(Snapshot snapshot, Job job) {
        var allocations = snapshot.allocationsOf(job.key()).stream()
                .filter(allocation -> snapshot.isOf(job, allocation))
                .toList();
        var groups = new TreeMap<String, Shapes.GroupSummary>();
        var newest = newest(snapshot.evaluationsOf(job.key()));
        for (var group : job.spec().taskGroups()) {
            groups.put(group.name(), counts(allocations, group.name(), newest));
        }
        long modified = allocations.stream().mapToLong(Allocation::modifyIndex).reduce(job.modifyIndex(), Math::max);
        return new Shapes.JobSummary(
                job.spec().id().value(),
                job.spec().namespace(),
                groups,
                children(snapshot, job),
                job.createIndex(),
                modified);
    }

    private static Shapes.ChildrenSummary children(Snapshot snapshot, Job job) {
        if (!job.isParent()) {
            return new Shapes.ChildrenSummary(0, 0, 0);
        }
        var counts = new TreeMap<String, Long>();
        snapshot.childrenOf(job.key()).forEach(child -> counts.merge(JobStatus.of(snapshot, child), 1L, Long::sum));
        return new Shapes.ChildrenSummary(
                counts.getOrDefault("pending", 0L),
                counts.getOrDefault("running", 0L),
                counts.getOrDefault("dead", 0L));
    }

    /** The newest that a scheduler has looked at: others know of no instances without a place. */
    private static List<Evaluation> newest(List<Evaluation> evaluations) {
        return evaluations.stream()
                .filter(it -> it.status() != EvaluationStatus.CANCELLED
                        && !it.queuedAllocations().isEmpty())
                .max(Comparator.comparingLong(Evaluation::modifyIndex))
                .map(List::of)
                .orElse(List.of());
    }

    private static Shapes.GroupSummary counts(List<Allocation> all, String group, List<Evaluation> newest) {
        int queued = newest.stream()
                .mapToInt(evaluation -> evaluation.queuedAllocations().getOrDefault(group, 0))
                .sum();
        var mine = all.stream()
                .filter(allocation -> allocation.taskGroup().equals(group))
                .toList();
        return new Shapes.GroupSummary(
                queued,
                count(mine, ClientStatus.COMPLETE),
                count(mine, ClientStatus.FAILED),
                count(mine, ClientStatus.RUNNING),
                count(mine, ClientStatus.PENDING),
                count(mine, ClientStatus.LOST),
                count(mine, ClientStatus.UNKNOWN));
    }

    private static int count(List<Allocation> allocations, ClientStatus status) {
        return (int) allocations.stream()
                .filter(allocation -> allocation.client().status() == status)
                .count();
    }
}
