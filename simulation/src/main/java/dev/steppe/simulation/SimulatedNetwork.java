package dev.steppe.simulation;

import dev.steppe.io.Loop;
import dev.steppe.model.codec.CodecException;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import dev.steppe.wire.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The network between nodes and the server: messages are encoded, delayed, and arrive in order within a stream. Cut off
 * nodes lose what is under way without a word; the stream is found broken when a message was lost and a time has passed,
 * or when the other side's process ended.
 */
final class SimulatedNetwork {
    private static final long DELAY_NANOS_MAX = 5_000_000;
    private static final long SLOW_NANOS_MAX = 800_000_000;
    private static final int SLOW_PERCENT = 2;
    private static final Duration LOSS_NOTICED_AFTER = Duration.ofSeconds(3);
    private static final Duration REFUSED_AFTER = Duration.ofMillis(20);

    private final VirtualTime time;
    private final SplittableRandom random;
    private final TreeSet<String> cutOff = new TreeSet<>();
    private final List<Stream> streams = new ArrayList<>();
    private Optional<Listener> listener = Optional.empty();

    private record Listener(SimulatedLoop loop, Function<Link, Link.End> acceptor) {}

    SimulatedNetwork(VirtualTime time) {
        this.time = time;
        this.random = time.split();
    }

    /** The server's side; a later one takes the place of a server that is gone. */
    Transport server(SimulatedLoop loop) {
        return new Transport() {
            @Override
            public void serve(Function<Link, Link.End> acceptor) {
                listener = Optional.of(new Listener(loop, acceptor));
            }

            @Override
            public Link connect(Link.End end) {
                throw new UnsupportedOperationException("the server of this world opens no streams");
            }
        };
    }

    /** A node's side. */
    Transport node(String name, SimulatedLoop loop) {
        return new Transport() {
            @Override
            public void serve(Function<Link, Link.End> acceptor) {
                throw new UnsupportedOperationException("a node serves no streams");
            }

            @Override
            public Link connect(Link.End end) {
                return open(name, loop, end);
            }
        };
    }

    void cutOff(String node) {
        cutOff.add(node);
    }

    void reconnect(String node) {
        cutOff.remove(node);
    }

    /** The processes of these loops ended: their peers notice, unless they are cut off. */
    void processEnded(Loop loop) {
        if (listener.filter(it -> it.loop == loop).isPresent()) {
            listener = Optional.empty();
        }
        for (var stream : List.copyOf(streams)) {
            if (stream.nodeLoop == loop
                    || stream.serverLoop.filter(it -> it == loop).isPresent()) {
                if (cutOff.contains(stream.node)) {
                    stream.breakAfter(LOSS_NOTICED_AFTER, "the connection timed out");
                } else {
                    stream.breakAfter(delay(), "the other process ended");
                }
            }
        }
    }

    private Duration delay() {
        boolean slow = random.nextInt(100) < SLOW_PERCENT;
        return Duration.ofNanos(random.nextLong(1, slow ? SLOW_NANOS_MAX : DELAY_NANOS_MAX));
    }

    private Link open(String node, SimulatedLoop loop, Link.End end) {
        var stream = new Stream(node, loop, end);
        streams.add(stream);
        var delay = delay();
        stream.lastToServerNanos = time.nowNanos() + delay.toNanos();
        time.after(delay, "connect " + node, stream::arrive);
        return stream.towards(true);
    }

    private final class Stream {
        private final String node;
        private final SimulatedLoop nodeLoop;
        private final Link.End nodeEnd;
        private Optional<SimulatedLoop> serverLoop = Optional.empty();
        private Optional<Link.End> serverEnd = Optional.empty();
        private long lastToServerNanos;
        private long lastToNodeNanos;
        private boolean over;
        private boolean breaking;

        Stream(String node, SimulatedLoop nodeLoop, Link.End nodeEnd) {
            this.node = node;
            this.nodeLoop = nodeLoop;
            this.nodeEnd = nodeEnd;
        }

        void arrive() {
            if (over) {
                return;
            }
            if (cutOff.contains(node)) {
                breakAfter(LOSS_NOTICED_AFTER, "no answer from the server");
            } else if (listener.isEmpty() || !listener.get().loop.isOpen()) {
                breakAfter(REFUSED_AFTER, "connection refused");
            } else {
                var accepting = listener.get();
                serverLoop = Optional.of(accepting.loop);
                accepting.loop.execute(() -> {
                    if (!over) {
                        serverEnd = Optional.of(accepting.acceptor.apply(towards(false)));
                    }
                });
            }
        }

        Link towards(boolean toServer) {
            return new Link() {
                @Override
                public void send(Message message) {
                    Stream.this.send(toServer, message.encode());
                }

                @Override
                public void close(String reason) {
                    breakAfter(Duration.ofNanos(1), reason);
                }
            };
        }

        private void send(boolean toServer, byte[] bytes) {
            if (over) {
                return;
            }
            if (cutOff.contains(node)) {
                breakAfter(LOSS_NOTICED_AFTER, "the connection timed out");
                return;
            }
            long earliest = toServer ? lastToServerNanos : lastToNodeNanos;
            long due = Math.max(earliest + 1, time.nowNanos() + delay().toNanos());
            if (toServer) {
                lastToServerNanos = due;
            } else {
                lastToNodeNanos = due;
            }
            time.at(due, "message " + node, () -> !over, () -> deliver(toServer, bytes));
        }

        private void deliver(boolean toServer, byte[] bytes) {
            if (cutOff.contains(node)) {
                breakAfter(LOSS_NOTICED_AFTER, "the connection timed out");
                return;
            }
            var message = decode(bytes);
            if (toServer) {
                serverLoop.ifPresent(loop -> loop.execute(() -> serverEnd.ifPresent(end -> received(end, message))));
            } else {
                nodeLoop.execute(() -> received(nodeEnd, message));
            }
        }

        private void received(Link.End end, Message message) {
            if (!over) {
                end.received(message);
            }
        }

        void breakAfter(Duration delay, String reason) {
            if (breaking) {
                return;
            }
            breaking = true;
            time.after(delay, "break " + node, () -> {
                over = true;
                streams.remove(this);
                nodeLoop.execute(() -> nodeEnd.closed(reason));
                serverLoop.ifPresent(loop -> loop.execute(() -> serverEnd.ifPresent(end -> end.closed(reason))));
            });
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
