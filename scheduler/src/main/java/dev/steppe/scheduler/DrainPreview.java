package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.DesiredTransition;
import dev.steppe.model.DrainStrategy;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.Ids;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.NodeId;
import dev.steppe.model.codec.Json;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * What would become of each allocation of a node if it were emptied now: the scheduler's own plans on a state in which
 * all of them have to go. Nothing of it is kept.
 */
public record DrainPreview(@Json("NodeID") NodeId node, List<Move> allocations) {

    /**
     * One allocation: where its successor would run, or, when it has none ({@code canMove} is false), why. {@code when}
     * says what its turn waits for.
     */
    public record Move(
            @Json("AllocID") AllocationId allocation,
            String name,
            String namespace,
            @Json("JobID") String job,
            String taskGroup,
            String jobType,
            boolean canMove,
            @Json("TargetNodeID") String targetNode,
            String targetNodeName,
            String when,
            List<String> reasons) {}

    public static DrainPreview of(
            Snapshot snapshot, NodeId node, DrainStrategy strategy, Instant now, RandomGenerator random) {
        var supposed = Store.supposing(
                snapshot, new Command.DrainNode(node, strategy, Collections.emptySortedMap(), List.of(), now));
        var byJob = new TreeMap<JobKey, List<Allocation>>();
        for (Allocation allocation : snapshot.allocationsOn(node)) {
            if (!allocation.isTerminal()) {
                byJob.computeIfAbsent(allocation.jobKey(), key -> new ArrayList<>())
                        .add(allocation);
            }
        }
        var moves = new ArrayList<Move>();
        for (var entry : byJob.entrySet()) {
            var job = snapshot.job(entry.getKey());
            if (job.isEmpty()) {
                continue;
            }
            boolean stays = job.get().spec().type().everywhere() && strategy.ignoreSystemJobs();
            if (stays || job.get().spec().type().everywhere()) {
                entry.getValue().forEach(it -> moves.add(ending(job.get(), it, stays, strategy)));
                continue;
            }
            var plan = Scheduler.plan(
                    moving(supposed, entry.getValue(), now), evaluation(job.get(), now, random), now, random);
            entry.getValue().forEach(it -> moves.add(move(job.get(), it, plan, strategy)));
            // the next job finds the nodes as this one leaves them
            supposed = Store.supposing(supposed, plan.command(List.of(), now));
        }
        return new DrainPreview(node, List.copyOf(moves));
    }

    private static Snapshot moving(Snapshot supposed, List<Allocation> allocations, Instant now) {
        return Store.supposing(
                supposed,
                new Command.SetTransitions(
                        allocations.stream().map(Allocation::id).toList(),
                        new DesiredTransition(true, false),
                        List.of(),
                        now));
    }

    private static Move ending(Job job, Allocation allocation, boolean stays, DrainStrategy strategy) {
        return move(
                job,
                allocation,
                Optional.empty(),
                when(job, strategy),
                List.of(
                        stays
                                ? "jobs that run on every node are left alone"
                                : "the job runs on every node: it stops here and has no other place"));
    }

    private static Move move(Job job, Allocation allocation, Plan plan, DrainStrategy strategy) {
        var successor = plan.placed().stream()
                .filter(it -> it.previous().equals(Optional.of(allocation.id())))
                .findFirst();
        var metric = Optional.ofNullable(plan.failed().get(allocation.taskGroup()));
        List<String> reasons = successor.isPresent()
                ? List.of()
                : metric.map(AllocationMetric::explanation)
                        .filter(it -> !it.isEmpty())
                        .orElse(List.of("it is not needed any more, it stops"));
        return move(job, allocation, successor, when(job, strategy), reasons);
    }

    private static Move move(
            Job job, Allocation allocation, Optional<Allocation> successor, String when, List<String> reasons) {
        return new Move(
                allocation.id(),
                allocation.name(),
                allocation.namespace(),
                allocation.jobId().value(),
                allocation.taskGroup(),
                job.spec().type().name().toLowerCase(java.util.Locale.ROOT),
                successor.isPresent(),
                successor.map(it -> it.nodeId().value()).orElse(""),
                successor.map(Allocation::nodeName).orElse(""),
                when,
                reasons);
    }

    /** What the turn of an instance of the job waits for. */
    static String when(Job job, DrainStrategy strategy) {
        if (job.spec().type().everywhere() && strategy.ignoreSystemJobs()) {
            return "never: it is left alone";
        }
        if (strategy.deadline().isNegative()) {
            return "at once";
        }
        String deadline = strategy.deadline().isZero()
                ? ""
                : ", at the latest at the deadline " + Waits.at(strategy.forceDeadline());
        return switch (job.spec().type()) {
            case SERVICE -> "as migrate { max_parallel } allows" + deadline;
            case SYSTEM -> "when all others have stopped" + deadline;
            case BATCH, SYSBATCH ->
                strategy.deadline().isZero()
                        ? "never: it is left to end by itself"
                        : "at the deadline " + Waits.at(strategy.forceDeadline()) + ", if it has not ended by itself";
        };
    }

    private static Evaluation evaluation(Job job, Instant now, RandomGenerator random) {
        var id = new EvaluationId(Ids.random(random));
        return Evaluation.fresh(id, job.spec(), job.modifyIndex(), "node-drain", now);
    }
}
