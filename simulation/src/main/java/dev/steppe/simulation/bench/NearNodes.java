package dev.steppe.simulation.bench;

import dev.steppe.io.Loop;
import dev.steppe.model.NodeSpec;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import dev.steppe.wire.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Nodes in the server's own process that are there, say so in time, and run nothing of what they are told to run. Their streams are
 * calls from one loop to the other: what a connection and its encoding cost is not in them.
 */
final class NearNodes implements Transport {
    private final Loop nodes;
    private final Loop server;
    private final AtomicInteger welcome = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicLong assigned = new AtomicLong();
    private Function<Link, Link.End> acceptor = link -> {
        throw new IllegalStateException("nobody serves yet");
    };

    NearNodes(Loop nodes, Loop server) {
        this.nodes = nodes;
        this.server = server;
    }

    @Override
    public void serve(Function<Link, Link.End> newAcceptor) {
        acceptor = newAcceptor;
    }

    @Override
    public Link connect(Link.End node) {
        var ofServer = new Half(nodes, node);
        return new Half(server, acceptor.apply(ofServer));
    }

    /** A node comes. */
    void join(NodeSpec spec) {
        var node = new Node(spec);
        var link = connect(node);
        node.link = List.of(link);
        link.send(new Message.Hello(spec));
    }

    /** Nodes that were taken in. */
    int welcome() {
        return welcome.get();
    }

    /** Streams that ended. */
    int lost() {
        return lost.get();
    }

    /** Assignments that have reached the nodes. */
    long assigned() {
        return assigned.get();
    }

    /** Sends to one end, on the loop that owns it. */
    private record Half(Loop loop, Link.End end) implements Link {
        @Override
        public void send(Message message) {
            loop.execute(() -> end.received(message));
        }

        @Override
        public void close(String reason) {
            loop.execute(() -> end.closed(reason));
        }
    }

    private final class Node implements Link.End {
        private final NodeSpec spec;
        private List<Link> link = List.of();
        private long heartbeats;

        Node(NodeSpec spec) {
            this.spec = spec;
        }

        @Override
        public void received(Message message) {
            if (message instanceof Message.Welcome taken) {
                welcome.incrementAndGet();
                send(new Message.Reports(List.of()));
                heartbeatAfter(taken.heartbeatEvery());
            } else if (message instanceof Message.HeartbeatTaken taken) {
                heartbeatAfter(taken.next());
            } else if (message instanceof Message.Assignments assignments) {
                assigned.addAndGet(assignments.assignments().size());
            }
        }

        private void heartbeatAfter(Duration wait) {
            nodes.after(wait, () -> send(new Message.Heartbeat(spec.id(), ++heartbeats)));
        }

        private void send(Message message) {
            link.forEach(it -> it.send(message));
        }

        @Override
        public void closed(String reason) {
            if (lost.incrementAndGet() == 1) {
                System.err.println("the first stream that ended: " + reason);
            }
        }
    }
}
