package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Which nodes are yet to be told of changed assignments. A change that concerns few nodes is told at once. When more nodes
 * change than may be told in a second they take turns, and what becomes new for a node while it waits goes along in one
 * message: so a storm of placements costs a bounded number of messages. Owned by the loop.
 */
final class AssignmentTurns {
    /** Nodes that may be told in a second, and at once after a calm one. */
    static final int PER_SECOND = 2_000;

    private static final Duration TURN = Duration.ofMillis(50);

    private final Loop loop;
    private final Teller teller;
    private final SequencedMap<NodeId, News> waiting = new LinkedHashMap<>();
    private double allowance = PER_SECOND;
    private Instant counted;
    private boolean turnDue;

    /** Tells a node what is new for it: these allocations, or all that it has. */
    interface Teller {
        void changed(NodeId node, Collection<Allocation> allocations);

        void everything(NodeId node);
    }

    private static final class News {
        private final SequencedMap<AllocationId, Allocation> allocations = new LinkedHashMap<>(2);
        private boolean everything;
    }

    AssignmentTurns(Loop loop, Teller teller) {
        this.loop = loop;
        this.teller = teller;
        counted = loop.now();
    }

    /** An allocation is new for its node, or something else is wanted of it. */
    void changed(Allocation allocation) {
        news(allocation.nodeId()).allocations.put(allocation.id(), allocation);
    }

    /** Its node told something of an allocation: what the node is yet to be told of it goes with the newest state. */
    void reported(Allocation allocation) {
        var news = waiting.get(allocation.nodeId());
        if (news != null) {
            news.allocations.replace(allocation.id(), allocation);
        }
    }

    /** Something that the node may have is not known any more. */
    void forgotten(NodeId node) {
        news(node).everything = true;
    }

    /** The node knows everything, or is gone. */
    void drop(NodeId node) {
        waiting.remove(node);
    }

    private News news(NodeId node) {
        return waiting.computeIfAbsent(node, id -> new News());
    }

    /** Tells as many nodes as may be told now, those that wait longest first; the others follow by themselves. */
    void tell() {
        allow();
        while (allowance >= 1) {
            var next = waiting.pollFirstEntry();
            if (next == null) {
                return;
            }
            allowance--;
            if (next.getValue().everything) {
                teller.everything(next.getKey());
            } else {
                teller.changed(next.getKey(), next.getValue().allocations.values());
            }
        }
        if (!turnDue) {
            turnDue = true;
            loop.after(TURN, () -> {
                turnDue = false;
                tell();
            });
        }
    }

    /** By the clock, which costs little to ask: one that is set gives no more than a calm second does, and takes nothing. */
    private void allow() {
        var now = loop.now();
        double passed = Math.max(0, Duration.between(counted, now).toNanos() * 1e-9);
        allowance = Math.min(PER_SECOND, allowance + passed * PER_SECOND);
        counted = now;
    }
}
