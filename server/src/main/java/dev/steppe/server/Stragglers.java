package dev.steppe.server;

import dev.steppe.model.AllocationId;
import dev.steppe.model.NodeId;
import dev.steppe.state.Snapshot;
import dev.steppe.wire.Message;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What was given up for lost with its node and has not ended, as the node says that came back. The state says of it that
 * it is over, and it may well run for a while. Nodes tell each new leader anew. Owned by the server's loop.
 */
final class Stragglers {
    private final TreeMap<NodeId, TreeSet<AllocationId>> byNode = new TreeMap<>();

    /** A node has told of everything it has; it did so in other reports, or it has nothing. */
    void begin(NodeId node) {
        byNode.put(node, new TreeSet<>());
    }

    /** A node told this, and the state is what became of it. */
    void told(NodeId node, List<Message.Report> reports, Snapshot after) {
        var known = byNode.computeIfAbsent(node, id -> new TreeSet<>());
        for (Message.Report report : reports) {
            boolean over = after.allocation(report.allocation())
                    .map(it -> it.client().status().isTerminal())
                    .orElse(true);
            if (over && !report.state().status().isTerminal()) {
                known.add(report.allocation());
            } else {
                known.remove(report.allocation());
            }
        }
    }

    /** What has not ended on a node; empty as long as the node has not told. */
    Optional<SortedSet<AllocationId>> of(NodeId node) {
        return Optional.ofNullable(byNode.get(node)).map(Collections::unmodifiableSortedSet);
    }

    /** Another server leads, and is told. */
    void clear() {
        byNode.clear();
    }
}
