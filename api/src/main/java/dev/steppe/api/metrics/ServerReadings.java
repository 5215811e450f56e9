package dev.steppe.api.metrics;

import dev.steppe.api.JobStatus;
import dev.steppe.api.Region;
import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.NodeStatus;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** What the state of the region tells: jobs, evaluations, nodes, the log. */
final class ServerReadings {
    private ServerReadings() {}

    static void add(Region region, Snapshot snapshot, Instant now, List<Reading> readings) {
        evaluations(snapshot, now, readings);
        jobs(snapshot, readings);
        long ready = 0;
        for (var node : snapshot.nodes()) {
            ready += node.status() == NodeStatus.READY ? 1 : 0;
        }
        add(readings, Metric.NODES_READY, ready);
        add(readings, Metric.LEADER_KNOWN, region.freshness().knownLeader() ? 1 : 0);
        add(readings, Metric.RAFT_APPLIED, snapshot.index());
    }

    private static void add(List<Reading> readings, Metric metric, double value) {
        readings.add(Reading.of(metric, List.of(), value));
    }

    private static void evaluations(Snapshot snapshot, Instant now, List<Reading> readings) {
        long ready = 0;
        long waiting = 0;
        long blocked = 0;
        for (Evaluation evaluation : snapshot.evaluations()) {
            switch (evaluation.status()) {
                case PENDING -> {
                    if (evaluation.waitUntil().isAfter(now)) {
                        waiting++;
                    } else {
                        ready++;
                    }
                }
                case BLOCKED -> blocked++;
                case COMPLETE, FAILED, CANCELLED -> {
                    // over
                }
            }
        }
        add(readings, Metric.BROKER_READY, ready);
        add(readings, Metric.BROKER_WAITING, waiting);
        add(readings, Metric.BROKER_BLOCKED, blocked);
        add(readings, Metric.BLOCKED, blocked);
    }

    private static void jobs(Snapshot snapshot, List<Reading> readings) {
        long pending = 0;
        long running = 0;
        long dead = 0;
        for (Job job : snapshot.jobs()) {
            switch (JobStatus.of(snapshot, job)) {
                case "pending" -> pending++;
                case "running" -> running++;
                default -> dead++;
            }
            groups(snapshot, job, readings);
        }
        add(readings, Metric.JOBS_PENDING, pending);
        add(readings, Metric.JOBS_RUNNING, running);
        add(readings, Metric.JOBS_DEAD, dead);
    }

    private static void groups(Snapshot snapshot, Job job, List<Reading> readings) {
        var allocations = snapshot.allocationsOf(job.key());
        var newest = snapshot.evaluationsOf(job.key()).stream().max(Comparator.comparingLong(Evaluation::modifyIndex));
        for (var group : job.spec().taskGroups()) {
            var labels = List.of(job.spec().namespace(), job.spec().id().value(), group.name());
            int queued = newest.map(it -> it.queuedAllocations().getOrDefault(group.name(), 0))
                    .orElse(0);
            readings.add(Reading.of(Metric.SUMMARY_QUEUED, labels, queued));
            var counts = new TreeMap<ClientStatus, Integer>();
            for (Allocation allocation : allocations) {
                if (allocation.taskGroup().equals(group.name())) {
                    counts.merge(allocation.client().status(), 1, Integer::sum);
                }
            }
            for (ClientStatus status : ClientStatus.values()) {
                readings.add(Reading.of(of(status), labels, counts.getOrDefault(status, 0)));
            }
        }
    }

    private static Metric of(ClientStatus status) {
        return switch (status) {
            case PENDING -> Metric.SUMMARY_STARTING;
            case RUNNING -> Metric.SUMMARY_RUNNING;
            case COMPLETE -> Metric.SUMMARY_COMPLETE;
            case FAILED -> Metric.SUMMARY_FAILED;
            case LOST -> Metric.SUMMARY_LOST;
            case UNKNOWN -> Metric.SUMMARY_UNKNOWN;
        };
    }
}
