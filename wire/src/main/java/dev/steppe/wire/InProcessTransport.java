package dev.steppe.wire;

import dev.steppe.io.Loop;
import dev.steppe.model.codec.CodecException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * The transport of an agent that is server and node at once. Messages take the same encoding as over a network, so that
 * neither side can share a mutable object or use what the encoding does not carry.
 */
public final class InProcessTransport implements Transport {
    private final Loop loop;
    private final AtomicReference<Function<Link, Link.End>> acceptor = new AtomicReference<>();

    /** Deliveries run on the given loop. */
    public InProcessTransport(Loop loop) {
        this.loop = loop;
    }

    @Override
    public void serve(Function<Link, Link.End> newAcceptor) {
        acceptor.set(newAcceptor);
    }

    @Override
    public Link connect(Link.End end) {
        var stream = new Stream();
        loop.execute(() -> {
            var accepting = acceptor.get();
            if (accepting == null) {
                end.closed("no server runs in this agent");
                return;
            }
            stream.node = end;
            stream.server = accepting.apply(stream.towards(false));
        });
        return stream.towards(true);
    }

    private final class Stream {
        private final AtomicBoolean closed = new AtomicBoolean();
        private Link.End node = NOBODY;
        private Link.End server = NOBODY;

        private Link towards(boolean toServer) {
            return new Link() {
                @Override
                public void send(Message message) {
                    byte[] bytes = message.encode();
                    loop.execute(() -> deliver(toServer ? server : node, bytes));
                }

                @Override
                public void close(String reason) {
                    loop.execute(() -> {
                        if (closed.compareAndSet(false, true)) {
                            server.closed(reason);
                            node.closed(reason);
                        }
                    });
                }
            };
        }

        private void deliver(Link.End to, byte[] bytes) {
            if (closed.get()) {
                return;
            }
            try {
                to.received(Message.decode(bytes));
            } catch (CodecException bug) {
                throw new IllegalStateException("a message did not survive its own encoding", bug);
            }
        }
    }

    private static final Link.End NOBODY = new Link.End() {
        @Override
        public void received(Message message) {
            // a stream nobody accepted has no one to tell
        }

        @Override
        public void closed(String reason) {
            // a stream nobody accepted has no one to tell
        }
    };
}
