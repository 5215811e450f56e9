package dev.steppe.agent;

import dev.steppe.api.Forwarding;
import dev.steppe.wire.InProcessTransport;
import dev.steppe.wire.Link;
import dev.steppe.wire.Transport;
import dev.steppe.wire.network.StreamDialer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * The streams of an agent that is a server: those of nodes elsewhere come in over the network; that of its own node stays
 * within the process while this server leads, and goes to the leader otherwise.
 */
final class ServerTransport implements Transport {
    private final InProcessTransport within;
    private final AtomicReference<Optional<Function<Link, Link.End>>> acceptor =
            new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<Network>> network = new AtomicReference<>(Optional.empty());

    private record Network(ServerLinks links, StreamDialer dialer) {}

    ServerTransport(InProcessTransport within) {
        this.within = within;
    }

    /** From now on there are other agents. */
    void open(ServerLinks links, StreamDialer dialer) {
        network.set(Optional.of(new Network(links, dialer)));
        acceptor.get().ifPresent(links.door()::serve);
    }

    @Override
    public void serve(Function<Link, Link.End> newAcceptor) {
        acceptor.set(Optional.of(newAcceptor));
        within.serve(newAcceptor);
        network.get().ifPresent(it -> it.links.door().serve(newAcceptor));
    }

    @Override
    public Link connect(Link.End end) {
        var others = network.get();
        return others.isEmpty() || others.get().links.part() == Forwarding.Part.LEADS
                ? within.connect(end)
                : others.get().dialer.connect(end);
    }
}
