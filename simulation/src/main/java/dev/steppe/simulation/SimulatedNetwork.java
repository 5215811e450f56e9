package dev.steppe.simulation;

import dev.steppe.io.Loop;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import dev.steppe.wire.Transport;
import dev.steppe.wire.network.Dialing;
import dev.steppe.wire.network.HostPort;
import dev.steppe.wire.network.KnownServers;
import dev.steppe.wire.network.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The streams between nodes and servers. A node tries the servers it knows one after another and goes where one points;
 * only the leader takes its stream, as over the real network.
 */
final class SimulatedNetwork {
    private final VirtualTime time;
    private final Tally tally;
    private final Routes routes;
    private final SplittableRandom random;
    private final TreeMap<String, Listener> listeners = new TreeMap<>();
    private final List<SimulatedStream> streams = new ArrayList<>();

    /** Where a server takes streams, while its process runs. */
    record Listener(SimulatedLoop loop, Supplier<Standing> standing, Function<Link, Link.End> acceptor) {}

    SimulatedNetwork(VirtualTime time, Tally tally, Routes routes) {
        this.time = time;
        this.tally = tally;
        this.routes = routes;
        this.random = time.split();
    }

    /** A server's side; a later one takes the place of a server process that is gone. */
    Transport server(String name, SimulatedLoop loop, Supplier<Standing> standing) {
        return new Transport() {
            @Override
            public void serve(Function<Link, Link.End> acceptor) {
                listeners.put(name, new Listener(loop, standing, acceptor));
            }

            @Override
            public Link connect(Link.End end) {
                throw new UnsupportedOperationException("the servers of this world open no streams");
            }
        };
    }

    /** A node's side. */
    Transport node(String name, SimulatedLoop loop, KnownServers servers) {
        return new Transport() {
            @Override
            public void serve(Function<Link, Link.End> acceptor) {
                throw new UnsupportedOperationException("a node serves no streams");
            }

            @Override
            public Link connect(Link.End end) {
                return Dialing.begin(
                        loop,
                        servers,
                        loop.random(),
                        (server, dialing) -> new Attempt(name, loop, server, dialing),
                        end);
            }
        };
    }

    /** The process of a machine ended: the other ends of its streams notice by and by. */
    void processEnded(String name, Loop loop) {
        var listener = listeners.get(name);
        if (listener != null && listener.loop == loop) {
            listeners.remove(name);
        }
        for (var stream : List.copyOf(streams)) {
            stream.processEnded(loop);
        }
    }

    Optional<Listener> listener(String server) {
        return Optional.ofNullable(listeners.get(server));
    }

    VirtualTime time() {
        return time;
    }

    Routes routes() {
        return routes;
    }

    SplittableRandom random() {
        return random;
    }

    void opened(SimulatedStream stream) {
        streams.add(stream);
    }

    void over(SimulatedStream stream) {
        streams.remove(stream);
    }

    /** One connection of a node that opens a stream. */
    private final class Attempt implements Dialing.Attempt, SimulatedStream.Dialer {
        private final Dialing dialing;
        private final HostPort server;
        private final SimulatedStream stream;

        Attempt(String node, SimulatedLoop loop, HostPort server, Dialing dialing) {
            this.dialing = dialing;
            this.server = server;
            this.stream = new SimulatedStream(SimulatedNetwork.this, node, loop, server.host(), this);
        }

        @Override
        public HostPort server() {
            return server;
        }

        @Override
        public void begin() {
            stream.begin();
        }

        @Override
        public void send(Message message) {
            stream.toServer(message);
        }

        @Override
        public void close(String reason) {
            stream.closedByNode(reason);
        }

        @Override
        public void taken() {
            dialing.taken(this);
        }

        @Override
        public void pointed(Standing standing) {
            if (dialing.pointed(this, standing.leader(), standing.servers())) {
                tally.count(Tally.What.NODES_POINTED_TO_THE_LEADER);
            }
        }

        @Override
        public void received(Message message) {
            dialing.received(message);
        }

        @Override
        public void closed(String reason) {
            dialing.failed(this, reason);
        }
    }
}
