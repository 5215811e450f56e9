package dev.steppe.api.metrics;

import dev.steppe.api.LocalNode;
import dev.steppe.api.Region;
import dev.steppe.model.Allocation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.TaskState;
import dev.steppe.state.Event;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything this agent measures. What happens is counted as it does, by listening to the state and to the API; all else
 * is looked up when somebody asks, so that measuring costs nothing between two scrapes. Safe for any thread.
 */
public final class Measurements implements Store.Listener {
    private final Region region;
    private final Optional<LocalNode> node;
    private final Publishing publishing;
    private final Tally tally = new Tally();
    private final NodeReadings ofNode;
    private volatile Snapshot newest;

    /** To be registered as a listener of the store whose newest state is given. */
    public Measurements(Region region, Optional<LocalNode> node, Snapshot start, Publishing publishing) {
        this.publishing = publishing;
        this.region = region;
        this.node = node;
        this.newest = start;
        this.ofNode = new NodeReadings(node);
    }

    @Override
    public void applied(Snapshot after, List<Event> events) {
        var before = newest;
        newest = after;
        tally.add(Metric.RAFT_APPLY, 1);
        tally.add(Metric.EVENTS, events.size());
        for (Event event : events) {
            if (event instanceof Event.EvaluationChanged(var evaluation)
                    && evaluation.status().isTerminal()) {
                boolean wasOpen = before.evaluation(evaluation.id())
                        .map(it -> it.status() == EvaluationStatus.PENDING)
                        .orElse(false);
                if (wasOpen && evaluation.waitUntil().equals(Instant.EPOCH)) {
                    tally.add(
                            Metric.EVALUATION_TIME,
                            Duration.between(evaluation.createTime(), evaluation.modifyTime())
                                            .toNanos()
                                    / 1e6);
                }
            }
            if (event instanceof Event.AllocationChanged(var allocation, var byServer) && isHere(allocation)) {
                count(before.allocation(allocation.id()), allocation, after);
            }
        }
    }

    private boolean isHere(Allocation allocation) {
        return node.map(LocalNode::id).filter(allocation.nodeId()::equals).isPresent();
    }

    private void count(Optional<Allocation> before, Allocation now, Snapshot snapshot) {
        var labels = NodeReadings.labels(snapshot, now.nodeId());
        boolean ended = now.client().status().isTerminal()
                && before.map(it -> !it.client().status().isTerminal()).orElse(false);
        if (ended) {
            switch (now.client().status()) {
                case COMPLETE -> tally.add(Metric.ALLOCS_COMPLETE, 1, labels);
                case FAILED -> tally.add(Metric.ALLOCS_FAILED, 1, labels);
                case PENDING, RUNNING, LOST, UNKNOWN -> {
                    // counted where it is decided, by the servers
                }
            }
        }
        long restarts = restarts(now) - before.map(Measurements::restarts).orElse(0L);
        if (restarts > 0) {
            tally.add(Metric.ALLOCS_RESTART, restarts, labels);
        }
    }

    private static long restarts(Allocation allocation) {
        return allocation.client().taskStates().values().stream()
                .mapToLong(TaskState::restarts)
                .sum();
    }

    /** A request to the API was handled. */
    public void handled(String method, Duration time) {
        tally.add(Metric.HTTP_REQUEST, time.toNanos() / 1e6, method);
    }

    /** Whether the text for Prometheus is published. */
    public boolean forPrometheus() {
        return publishing.prometheus();
    }

    /** All published values now. May take a moment: it asks the tasks of this node. */
    public List<Reading> now() {
        var readings = new ArrayList<>(tally.readings());
        var snapshot = region.snapshot();
        ServerReadings.add(region, snapshot, Instant.now(), readings);
        ofNode.add(snapshot, readings);
        RuntimeReadings.add(readings);
        readings.removeIf(reading -> !publishing.shows(reading.metric()));
        return readings;
    }
}
