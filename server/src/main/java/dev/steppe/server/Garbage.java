package dev.steppe.server;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.Job;
import dev.steppe.model.JobKey;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Forgets what ended long ago, so that memory is bounded by what runs and what happened lately. */
final class Garbage implements Controller {
    /** At most this many records in one command, so that no log entry becomes large. */
    private static final int BATCH = 1_000;

    private final Server.Retention retention;
    private Instant lastRun = Instant.EPOCH;

    Garbage(Server.Retention retention) {
        this.retention = retention;
    }

    /** What forgets all that is over now, as much as fits into one command. */
    static List<Command> everything(Snapshot snapshot, Instant now) {
        var nothing = Duration.ZERO;
        return new Garbage(new Server.Retention(nothing, nothing, nothing, nothing)).decide(snapshot, now);
    }

    @Override
    public String name() {
        return "garbage";
    }

    @Override
    public List<Command> decide(Snapshot snapshot, Instant now) {
        if (lastRun.plus(retention.lookEvery()).isAfter(now)) {
            return List.of();
        }
        lastRun = now;
        var evaluations = new ArrayList<EvaluationId>();
        for (Evaluation evaluation : snapshot.evaluations()) {
            if (evaluation.status().isTerminal()
                    && evaluation.modifyTime().plus(retention.evaluations()).isBefore(now)
                    && evaluations.size() < BATCH) {
                evaluations.add(evaluation.id());
            }
        }
        var jobs = new ArrayList<JobKey>();
        for (Job job : snapshot.jobs()) {
            if (isOver(snapshot, job, now) && jobs.size() < BATCH) {
                jobs.add(job.key());
            }
        }
        var allocations = new ArrayList<AllocationId>();
        for (Allocation allocation : snapshot.allocations()) {
            boolean orphan = jobs.contains(allocation.jobKey())
                    || snapshot.job(allocation.jobKey()).isEmpty()
                    || allocation.next().isPresent()
                    || allocation.desiredStatus() != dev.steppe.model.DesiredStatus.RUN;
            if (orphan
                    && allocation.client().status().isTerminal()
                    && allocation.modifyTime().plus(retention.evaluations()).isBefore(now)
                    && allocations.size() < BATCH) {
                allocations.add(allocation.id());
            }
        }
        var commands = new ArrayList<Command>();
        if (!evaluations.isEmpty() || !jobs.isEmpty() || !allocations.isEmpty()) {
            commands.add(new Command.Collect(evaluations, allocations, jobs, now));
        }
        var nodes = lostNodes(snapshot, now);
        if (!nodes.isEmpty()) {
            commands.add(new Command.RemoveNodes(nodes, List.of(), now));
        }
        return commands;
    }

    /** Nodes that are down for long, and on which nothing is left that anybody asks about. */
    private List<NodeId> lostNodes(Snapshot snapshot, Instant now) {
        var found = new ArrayList<NodeId>();
        for (Node node : snapshot.nodes()) {
            boolean over = node.status() == NodeStatus.DOWN
                    && node.statusUpdatedAt().plus(retention.nodes()).isBefore(now)
                    && snapshot.allocationsOn(node.id()).stream()
                            .allMatch(allocation -> allocation.client().status().isTerminal());
            if (over && found.size() < BATCH) {
                found.add(node.id());
            }
        }
        return found;
    }

    private boolean isOver(Snapshot snapshot, Job job, Instant now) {
        var allocations = snapshot.allocationsOf(job.key());
        boolean ended = job.stop()
                || (job.spec().type().ends()
                        && !allocations.isEmpty()
                        && snapshot.evaluationsOf(job.key()).stream()
                                .allMatch(evaluation -> evaluation.status().isTerminal()));
        boolean tagged = snapshot.versionsOf(job.key()).stream()
                .anyMatch(version -> version.versionTag().isPresent());
        return ended
                && !tagged
                && job.submitTime().plus(retention.jobs()).isBefore(now)
                && allocations.stream()
                        .allMatch(allocation -> allocation.client().status().isTerminal()
                                && allocation
                                        .modifyTime()
                                        .plus(retention.jobs())
                                        .isBefore(now));
    }
}
