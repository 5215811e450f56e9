package dev.steppe.simulation.bench;

import dev.steppe.agent.link.Joining;
import dev.steppe.io.ThreadLoop;
import dev.steppe.model.NodeSpec;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import dev.steppe.wire.network.AgentNames;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.AgentTls;
import dev.steppe.wire.network.KnownServers;
import dev.steppe.wire.network.StreamDialer;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Nodes that are there, and run nothing of what they are told to run: each has its own stream over mutual TLS. */
final class BenchFleet implements AutoCloseable {
    /** Handshakes under way at a time. */
    private static final int OPENING_MAX = 16;

    private final ThreadLoop loop = new ThreadLoop("fleet");
    private final StreamDialer dialer;
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final Semaphore opening = new Semaphore(OPENING_MAX);
    private final AtomicInteger welcome = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicLong assigned = new AtomicLong();
    private volatile boolean closed;

    private BenchFleet(StreamDialer dialer) {
        this.dialer = dialer;
    }

    /** Registers so many nodes and waits until the servers have taken in all of them. */
    static BenchFleet join(Joining token, int nodes, int racks) throws IOException, InterruptedException {
        var names = new AgentNames("global", "dc1", true);
        // a certificate of a server may speak for any node
        var joined = token.join(names, AgentRole.SERVER, "", new SecureRandom());
        try {
            var tls = new AgentTls(names, joined.identity().credentials());
            var fleet = new BenchFleet(
                    new StreamDialer(tls, new ThreadLoop("streams"), new KnownServers(joined.servers(), List.of())));
            fleet.open(nodes, racks);
            return fleet;
        } catch (GeneralSecurityException unusable) {
            throw new IOException("the certificate cannot be used", unusable);
        }
    }

    private void open(int nodes, int racks) throws IOException, InterruptedException {
        for (int i = 0; i < nodes; i++) {
            opening.acquire();
            open(BenchNodes.node(i, racks));
        }
        BenchServers.await("all nodes are taken in", () -> welcome.get() >= nodes);
    }

    private void open(NodeSpec node) {
        var link = dialer.connect(new End(node));
        links.add(link);
        link.send(new Message.Hello(node));
    }

    /** Assignments that have reached the nodes. */
    long assigned() {
        return assigned.get();
    }

    /** Streams that broke. */
    int lost() {
        return lost.get();
    }

    @Override
    public void close() {
        closed = true;
        links.forEach(link -> link.close("the benchmark is over"));
        dialer.close();
        loop.close();
    }

    private final class End implements Link.End {
        private final NodeSpec node;
        private boolean in;

        End(NodeSpec node) {
            this.node = node;
        }

        @Override
        public void received(Message message) {
            if (message instanceof Message.Assignments assignments) {
                assigned.addAndGet(assignments.assignments().size());
            }
            if (message instanceof Message.Welcome && !in) {
                in = true;
                welcome.incrementAndGet();
                opening.release();
            }
        }

        @Override
        public void closed(String reason) {
            if (lost.incrementAndGet() == 1) {
                System.err.println("the first stream that broke: " + reason);
            }
            if (!in && !closed) {
                // a server that is busy: the node tries again
                open(node);
            }
        }
    }
}
