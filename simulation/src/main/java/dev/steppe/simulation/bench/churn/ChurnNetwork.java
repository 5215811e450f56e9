package dev.steppe.simulation.bench.churn;

import dev.steppe.simulation.VirtualTime;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import dev.steppe.wire.Transport;
import java.time.Duration;
import java.util.function.Function;

/** Streams between nodes and the server, on which everything takes half a millisecond and nothing is lost. */
final class ChurnNetwork implements Transport {
    private static final Duration DELAY = Duration.ofNanos(500_000);

    private final VirtualTime time;
    private final ChargedLoop server;
    private Function<Link, Link.End> acceptor = link -> {
        throw new IllegalStateException("nobody serves yet");
    };

    ChurnNetwork(VirtualTime time, ChargedLoop server) {
        this.time = time;
        this.server = server;
    }

    @Override
    public void serve(Function<Link, Link.End> acceptor) {
        this.acceptor = acceptor;
    }

    @Override
    public Link connect(Link.End node) {
        return new Stream(node).ofNode;
    }

    /** Both ends of one stream. */
    private final class Stream {
        private final Link ofNode = new Half(true);
        private final Link.End node;
        private final Link.End served;
        private boolean open = true;

        Stream(Link.End node) {
            this.node = node;
            served = acceptor.apply(new Half(false));
        }

        private void close(String reason) {
            if (open) {
                open = false;
                time.after(DELAY, "stream", () -> node.closed(reason));
                time.after(DELAY, "stream", () -> server.execute(() -> served.closed(reason)));
            }
        }

        private final class Half implements Link {
            private final boolean isOfNode;
            private Duration arrives = Duration.ZERO;

            Half(boolean isOfNode) {
                this.isOfNode = isOfNode;
            }

            @Override
            public void send(Message message) {
                var soonest = time.elapsed().plus(DELAY);
                // in order, also what is sent at the same moment
                arrives = soonest.compareTo(arrives) > 0 ? soonest : arrives.plusNanos(1);
                time.after(arrives.minus(time.elapsed()), "stream", () -> {
                    if (open && isOfNode) {
                        server.execute(() -> served.received(message));
                    } else if (open) {
                        node.received(message);
                    }
                });
            }

            @Override
            public void close(String reason) {
                Stream.this.close(reason);
            }
        }
    }
}
