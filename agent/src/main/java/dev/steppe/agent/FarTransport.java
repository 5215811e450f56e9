package dev.steppe.agent;

import dev.steppe.wire.Link;
import dev.steppe.wire.Transport;
import dev.steppe.wire.network.StreamDialer;
import java.util.function.Function;

/** The stream of a node whose agent has no server. */
record FarTransport(StreamDialer dialer) implements Transport {
    @Override
    public void serve(Function<Link, Link.End> acceptor) {
        throw new IllegalStateException("an agent without a server takes no streams");
    }

    @Override
    public Link connect(Link.End end) {
        return dialer.connect(end);
    }
}
