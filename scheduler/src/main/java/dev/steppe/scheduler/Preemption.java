package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.MigrateStrategy;
import dev.steppe.model.Node;
import dev.steppe.state.NodeUsage;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Whom a node would have to evict so that one more instance fits: only instances of jobs at least ten priorities below,
 * the lowest first, of those the ones that free best what is missing, and none that is not needed.
 */
final class Preemption {
    /** Jobs closer than this to each other do not evict each other. */
    static final int PRIORITY_GAP = 10;

    /** How much worse a victim is for each instance of its group beyond those that may move at a time. */
    private static final double PARALLEL_PENALTY = 50;

    private static final double SCORE_RATE = 0.0048;
    private static final double SCORE_ORIGIN = 2048;

    private final Snapshot snapshot;
    private final JobKey job;
    private final int priority;
    private final Fit fit;

    /** Those who have to go, what the node's usage is without them, and how little harm that is, from 0 to 1. */
    record Victims(List<Allocation> allocations, NodeUsage usage, double score) {}

    private record Candidate(Allocation allocation, int priority, int parallel) {}

    /** The priority is the newest the job was given, also for an instance of an older version. */
    Preemption(Snapshot snapshot, JobKey job, int priority, Fit fit) {
        this.snapshot = snapshot;
        this.job = job;
        this.priority = priority;
        this.fit = fit;
    }

    /** Whether a job of one priority may evict instances of another. */
    static boolean isAllowed(int winner, int loser) {
        return loser + PRIORITY_GAP <= winner;
    }

    /**
     * The least harm on one node; empty when even without all it may evict the instance does not fit.
     *
     * @param present what runs there and is not to be stopped anyway
     * @param evicted how many of each group, by {@link #groupOf}, the plan evicts already
     */
    Optional<Victims> on(Node node, NodeUsage usage, List<Allocation> present, SortedMap<String, Integer> evicted) {
        var left = new ArrayList<Candidate>();
        present.stream().flatMap(it -> candidate(it).stream()).forEach(left::add);
        var chosen = new ArrayList<Candidate>();
        var without = usage;
        while (fit.refusal(node, without).isPresent()) {
            if (left.isEmpty()) {
                return Optional.empty();
            }
            var next = next(left, node, without, evicted);
            left.remove(next);
            chosen.add(next);
            without = without.minus(next.allocation());
        }
        return chosen.isEmpty() ? Optional.empty() : Optional.of(spared(node, without, chosen));
    }

    /** The name under which evictions of a group are counted. */
    static String groupOf(Allocation allocation) {
        return allocation.jobKey() + "/" + allocation.taskGroup();
    }

    private Optional<Candidate> candidate(Allocation allocation) {
        if (allocation.jobKey().equals(job)) {
            return Optional.empty();
        }
        // its priority is the newest its job was given, also where it runs an older version
        return snapshot.job(allocation.jobKey())
                .or(() -> snapshot.jobOf(allocation))
                .map(Job::spec)
                .filter(other -> isAllowed(priority, other.priority()))
                .map(other -> new Candidate(allocation, other.priority(), parallel(other, allocation)));
    }

    private static int parallel(JobSpec other, Allocation allocation) {
        return other.group(allocation.taskGroup())
                .flatMap(group -> group.migrate())
                .map(MigrateStrategy::maxParallel)
                .orElse(1);
    }

    private Candidate next(List<Candidate> left, Node node, NodeUsage usage, SortedMap<String, Integer> evicted) {
        var demand = fit.demand(node);
        var capacity = node.spec().capacity();
        double cpu =
                usage.cpuMegaHertz() + demand.cpuMegaHertz() - capacity.cpu().megaHertz();
        double memory = usage.memoryMb() + demand.memoryMb() - capacity.memory().memoryMb();
        double disk = usage.diskMb() + demand.diskMb() - capacity.disk().diskMb();
        return left.stream()
                .min(Comparator.comparingInt(Candidate::priority)
                        .thenComparingDouble(it -> distance(it, cpu, memory, disk) + penalty(it, evicted))
                        .thenComparing(it -> it.allocation().id()))
                .orElseThrow();
    }

    /** How far what an instance holds is from what is missing. */
    private static double distance(Candidate candidate, double cpu, double memory, double disk) {
        var held = candidate.allocation().allocatedResources();
        return Math.sqrt(square(cpu, held.cpuMegaHertz())
                + square(memory, held.memoryMb())
                + square(disk, held.shared().diskMb()));
    }

    private static double square(double missing, double held) {
        return missing <= 0 ? 0 : Math.pow((missing - held) / missing, 2);
    }

    private static double penalty(Candidate candidate, SortedMap<String, Integer> evicted) {
        int before = evicted.getOrDefault(groupOf(candidate.allocation()), 0);
        return candidate.parallel() > 0 && before >= candidate.parallel()
                ? PARALLEL_PENALTY * (before + 1 - candidate.parallel())
                : 0;
    }

    /** Lets go again whom the others make superfluous, the highest priority first. */
    private Victims spared(Node node, NodeUsage without, List<Candidate> chosen) {
        var victims = new ArrayList<>(chosen);
        var usage = without;
        var byWorth = chosen.reversed().stream()
                .sorted(Comparator.comparingInt(it -> -it.priority()))
                .toList();
        for (Candidate candidate : byWorth) {
            var with = usage.plus(candidate.allocation());
            if (fit.refusal(node, with).isEmpty()) {
                usage = with;
                victims.remove(candidate);
            }
        }
        return new Victims(victims.stream().map(Candidate::allocation).toList(), usage, score(victims));
    }

    private static double score(List<Candidate> victims) {
        double highest = victims.stream().mapToInt(Candidate::priority).max().orElse(0);
        double sum = victims.stream().mapToInt(Candidate::priority).sum();
        double harm = highest + (highest == 0 ? 0 : sum / highest);
        return 1 / (1 + Math.exp(SCORE_RATE * (harm - SCORE_ORIGIN)));
    }
}
