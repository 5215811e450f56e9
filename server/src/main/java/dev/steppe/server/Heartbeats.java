package dev.steppe.server;

import dev.steppe.model.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Until when each node has to be heard of. A queue by time: hearing of a node and looking for silent ones cost the same
 * few steps with ten nodes and with ten thousand. A clock that is set is no silence. Owned by the server's loop.
 */
final class Heartbeats {
    /** A silent node is looked at again this soon, until the state says what it is. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    /** What the handshake and the first words of one node take a server, with some to spare: they come all at once. */
    private static final Duration RETURN = Duration.ofMillis(10);
    /** Nodes that are turned away ask every ten seconds, and servers need new certificates first. */
    private static final Duration AFTER_RESTORE = Duration.ofMinutes(1);

    private final Server.Heartbeat terms;
    private final SteadyTime time = new SteadyTime();
    private final TreeMap<NodeId, Due> byNode = new TreeMap<>();
    private final TreeSet<Due> byTime = new TreeSet<>();

    private record Due(Instant at, NodeId node) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byInstant = at.compareTo(other.at);
            return byInstant != 0 ? byInstant : node.compareTo(other.node);
        }
    }

    Heartbeats(Server.Heartbeat terms) {
        this.terms = terms;
    }

    private Duration every(int nodes) {
        var bound = Duration.ofMillis((long) (1_000 * nodes / terms.perSecond()));
        return bound.compareTo(terms.every()) > 0 ? bound : terms.every();
    }

    /** The node was heard of now. Says when to speak again: a little earlier than it must, no two nodes alike. */
    Duration heard(NodeId node, Instant now, int nodes, RandomGenerator random) {
        var every = every(nodes);
        expect(node, time.at(now).plus(every).plus(terms.grace()));
        long millis = every.toMillis();
        return Duration.ofMillis(millis - random.nextLong(millis / 4 + 1));
    }

    /** A new leader has not heard of anybody: the nodes get time to find it. */
    void begin(List<NodeId> nodes, Instant now) {
        begin(nodes, now, terms.afterFailover());
    }

    /** The state is another one: its nodes were turned away until now, and get more time. */
    void beginAfterRestore(List<NodeId> nodes, Instant now) {
        begin(nodes, now, longer(terms.afterFailover(), AFTER_RESTORE));
    }

    private void begin(List<NodeId> nodes, Instant now, Duration atLeast) {
        byNode.clear();
        byTime.clear();
        var least = longer(every(nodes.size()).plus(terms.grace()), atLeast);
        var until = time.at(now).plus(least).plus(RETURN.multipliedBy(nodes.size()));
        nodes.forEach(node -> expect(node, until));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private void expect(NodeId node, Instant at) {
        var due = new Due(at, node);
        var before = byNode.put(node, due);
        if (before != null) {
            byTime.remove(before);
        }
        byTime.add(due);
    }

    /** The nodes that are overdue. They stay so until they are heard of or forgotten. */
    List<NodeId> silent(Instant now) {
        var found = new ArrayList<NodeId>();
        var steady = time.at(now);
        while (!byTime.isEmpty() && byTime.first().at.isBefore(steady)) {
            var due = byTime.first();
            found.add(due.node);
            expect(due.node, steady.plus(AGAIN));
        }
        return found;
    }

    /** Nobody waits for the node. */
    void forget(NodeId node) {
        var due = byNode.remove(node);
        if (due != null) {
            byTime.remove(due);
        }
    }

    /** How many nodes are waited for. */
    int size() {
        return byNode.size();
    }
}
