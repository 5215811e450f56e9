package dev.steppe.wire.network;

import dev.steppe.io.Loop;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Where the streams of nodes come in at a server. One that does not lead names the leader; one that does tells its nodes
 * all servers. Safe for use from any thread.
 */
public final class StreamDoor {
    private final Loop loop;
    private final Supplier<Standing> standing;
    private final AtomicReference<Optional<Function<Link, Link.End>>> acceptor =
            new AtomicReference<>(Optional.empty());
    private final Silences silences = StreamChannel.Side.TAKEN.silences();
    private final Set<Incoming> open = ConcurrentHashMap.newKeySet();
    private final AtomicReference<List<String>> told = new AtomicReference<>(List.of());

    /** What arrives is delivered on the loop. */
    public StreamDoor(Loop loop, Supplier<Standing> standing) {
        this.loop = loop;
        this.standing = standing;
    }

    /** Takes streams from now on. */
    public void serve(Function<Link, Link.End> newAcceptor) {
        acceptor.set(Optional.of(newAcceptor));
    }

    /** A stream of a node comes in on this connection. Called on its event loop. */
    public void open(Channel channel, Peer peer) {
        var incoming = new Incoming(channel, peer.node());
        loop.execute(incoming::begin);
    }

    /** Tells all nodes when the servers are others than before. */
    public void serversMayHaveChanged() {
        var now = standing.get().serverTexts();
        if (!told.getAndSet(now).equals(now)) {
            open.forEach(each -> each.stream.tell(new StreamNotice.Servers(now)));
        }
    }

    private final class Incoming implements Link, StreamChannel.Owner {
        private final StreamChannel stream;
        private final Optional<String> node;
        private Optional<Link.End> end = Optional.empty();

        private Incoming(Channel channel, Optional<String> node) {
            this.node = node;
            this.stream = StreamChannel.on(channel, loop, StreamChannel.Side.TAKEN, silences, this);
        }

        private void begin() {
            var now = standing.get();
            var accepting = acceptor.get();
            if (!now.leads() || accepting.isEmpty()) {
                stream.tell(new StreamNotice.Elsewhere(now.leader().map(HostPort::toString), now.serverTexts()));
                stream.close("this server does not lead");
                return;
            }
            open.add(this);
            stream.tell(new StreamNotice.Servers(now.serverTexts()));
            end = Optional.of(accepting.get().apply(this));
        }

        @Override
        public Optional<String> provenNode() {
            return node;
        }

        @Override
        public void send(Message message) {
            stream.send(message);
        }

        @Override
        public void close(String reason) {
            stream.close(reason);
        }

        @Override
        public void received(Message message) {
            end.ifPresent(it -> it.received(message));
        }

        @Override
        public void closed(String reason) {
            open.remove(this);
            end.ifPresent(it -> it.closed(reason));
        }

        @Override
        public void noticed(StreamNotice notice) {
            // a node has nothing to say of servers
        }
    }
}
