package dev.steppe.simulation;

import dev.steppe.io.Loop;
import dev.steppe.model.codec.CodecException;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import dev.steppe.wire.network.Standing;
import java.time.Duration;
import java.util.Optional;

/**
 * One connection of a node to a server. What is sent is encoded, takes its time and arrives in order, or the connection
 * breaks: each end notices that for itself, the server perhaps much later. What the node sent before it gave the
 * connection up may still arrive, also after what it sends over another one.
 */
final class SimulatedStream {
    private static final Duration LOSS_NOTICED_AFTER = Duration.ofSeconds(3);
    private static final Duration REFUSED_AFTER = Duration.ofMillis(20);
    private static final long SERVER_NOTICES_MILLIS_MAX = 20_000;

    private final SimulatedNetwork network;
    private final VirtualTime time;
    private final String node;
    private final SimulatedLoop nodeLoop;
    private final String server;
    private final Dialer dialer;
    private Optional<SimulatedLoop> serverLoop = Optional.empty();
    private Optional<Link.End> serverEnd = Optional.empty();
    private long lastToServerNanos;
    private long lastToNodeNanos;
    private boolean nodeOver;
    private boolean serverOver;
    private boolean breaking;

    /** The node's side of a connection. Called on the node's loop. */
    interface Dialer {
        void taken();

        void pointed(Standing standing);

        void received(Message message);

        void closed(String reason);
    }

    SimulatedStream(SimulatedNetwork network, String node, SimulatedLoop nodeLoop, String server, Dialer dialer) {
        this.network = network;
        this.time = network.time();
        this.node = node;
        this.nodeLoop = nodeLoop;
        this.server = server;
        this.dialer = dialer;
    }

    void begin() {
        network.opened(this);
        var delay = network.routes().delay();
        lastToServerNanos = time.nowNanos() + delay.toNanos();
        time.after(delay, "connect " + node + " to " + server, this::arrive);
    }

    private void arrive() {
        if (!network.routes().isOpenBothWays(node, server)) {
            endNode(LOSS_NOTICED_AFTER, "no answer from " + server);
            serverOver = true;
            return;
        }
        var listener = network.listener(server).filter(it -> it.loop().isOpen());
        if (listener.isEmpty()) {
            endNode(REFUSED_AFTER, "connection refused");
            serverOver = true;
            return;
        }
        serverLoop = Optional.of(listener.get().loop());
        serverLoop.get().execute(() -> accepted(listener.get()));
    }

    private void accepted(SimulatedNetwork.Listener listener) {
        if (serverOver) {
            return;
        }
        var standing = listener.standing().get();
        if (!standing.leads()) {
            toNode(() -> dialer.pointed(standing));
            closedByServer(server + " does not lead");
            return;
        }
        toNode(dialer::taken);
        serverEnd = Optional.of(listener.acceptor().apply(new Link() {
            @Override
            public void send(Message message) {
                var bytes = message.encode();
                toNode(() -> dialer.received(decode(bytes)));
            }

            @Override
            public void close(String reason) {
                closedByServer(reason);
            }
        }));
    }

    void toServer(Message message) {
        var bytes = message.encode();
        toServer(() -> serverEnd.ifPresent(end -> end.received(decode(bytes))));
    }

    private void toServer(Runnable arrival) {
        if (nodeOver || !passes(node, server)) {
            return;
        }
        lastToServerNanos = Math.max(
                lastToServerNanos + 1,
                time.nowNanos() + network.routes().delay().toNanos());
        time.at(lastToServerNanos, "message of " + node, () -> !serverOver, () -> {
            if (passes(node, server)) {
                serverLoop.ifPresent(loop -> loop.execute(() -> {
                    if (!serverOver) {
                        arrival.run();
                    }
                }));
            }
        });
    }

    private void toNode(Runnable arrival) {
        if (serverOver || !passes(server, node)) {
            return;
        }
        lastToNodeNanos = Math.max(
                lastToNodeNanos + 1, time.nowNanos() + network.routes().delay().toNanos());
        time.at(lastToNodeNanos, "message to " + node, () -> !nodeOver, () -> {
            if (passes(server, node)) {
                nodeLoop.execute(() -> {
                    if (!nodeOver) {
                        arrival.run();
                    }
                });
            }
        });
    }

    /** Without a way back nothing is acknowledged, so the connection breaks; but what is sent arrives until then. */
    private boolean passes(String from, String to) {
        if (!network.routes().isOpenBothWays(from, to)) {
            breaks("the connection timed out");
        }
        return network.routes().isOpen(from, to);
    }

    private void breaks(String reason) {
        if (breaking) {
            return;
        }
        breaking = true;
        endNode(LOSS_NOTICED_AFTER, reason);
        long notices = network.random().nextLong(LOSS_NOTICED_AFTER.toMillis(), SERVER_NOTICES_MILLIS_MAX);
        endServer(Duration.ofMillis(notices), reason);
    }

    private void endNode(Duration after, String reason) {
        time.after(after, "break at " + node, () -> endNodeNow(reason));
    }

    private void endNodeNow(String reason) {
        if (!nodeOver) {
            nodeOver = true;
            forgetIfOver();
            nodeLoop.execute(() -> dialer.closed(reason));
        }
    }

    private void endServer(Duration after, String reason) {
        time.after(after, "break at " + server, () -> endServerNow(reason));
    }

    private void endServerNow(String reason) {
        if (!serverOver) {
            serverOver = true;
            forgetIfOver();
            serverLoop.ifPresent(loop -> loop.execute(() -> serverEnd.ifPresent(end -> end.closed(reason))));
        }
    }

    private void forgetIfOver() {
        if (nodeOver && serverOver) {
            network.over(this);
        }
    }

    /** Everything sent before arrives before the other end learns of it. */
    void closedByNode(String reason) {
        toServer(() -> endServerNow(reason));
        endNodeNow(reason);
    }

    private void closedByServer(String reason) {
        toNode(() -> endNodeNow(reason));
        endServerNow(reason);
    }

    /** The machine tells the other end that nobody has this connection any more, if that gets through. */
    void processEnded(Loop loop) {
        boolean reachable = network.routes().isOpenBothWays(node, server);
        var soon = reachable ? network.routes().delay() : LOSS_NOTICED_AFTER;
        if (nodeLoop == loop) {
            nodeOver = true;
            endServer(soon, "the other process ended");
        } else if (serverLoop.filter(it -> it == loop).isPresent()) {
            serverOver = true;
            endNode(soon, "the other process ended");
        }
    }

    private static Message decode(byte[] bytes) {
        try {
            return Message.decode(bytes);
        } catch (CodecException bug) {
            throw new IllegalStateException("a message did not survive its own encoding", bug);
        }
    }
}
