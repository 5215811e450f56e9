package dev.steppe.simulation;

import dev.steppe.io.Loop;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import dev.steppe.wire.Transport;
import dev.steppe.wire.network.HostPort;
import dev.steppe.wire.network.KnownServers;
import dev.steppe.wire.network.Standing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
    private static final int POINTED_MAX = 4;

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
                var dialing = new Dialing(name, loop, servers, end);
                loop.execute(dialing::next);
                return dialing;
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

    /** A stream that a node is opening, or has open. Its owner's loop owns it. */
    private final class Dialing implements Link, SimulatedStream.Dialer {
        private final String node;
        private final SimulatedLoop loop;
        private final KnownServers servers;
        private final Link.End end;
        private final Deque<HostPort> toTry;
        private final List<Message> unsent = new ArrayList<>();
        private Optional<SimulatedStream> attempt = Optional.empty();
        private Optional<HostPort> trying = Optional.empty();
        private boolean open;
        private boolean over;
        private int pointed;

        Dialing(String node, SimulatedLoop loop, KnownServers servers, Link.End end) {
            this.node = node;
            this.loop = loop;
            this.servers = servers;
            this.end = end;
            this.toTry = new ArrayDeque<>(servers.toTry(loop.random()));
        }

        private void next() {
            if (over) {
                return;
            }
            var server = toTry.poll();
            if (server == null) {
                over("no server takes this node's stream");
                return;
            }
            trying = Optional.of(server);
            attempt = Optional.of(new SimulatedStream(SimulatedNetwork.this, node, loop, server.host(), this));
            attempt.get().begin();
        }

        private void over(String reason) {
            if (!over) {
                over = true;
                end.closed(reason);
            }
        }

        @Override
        public void send(Message message) {
            loop.execute(() -> {
                if (over) {
                    return;
                }
                if (open) {
                    attempt.orElseThrow().toServer(message);
                } else {
                    unsent.add(message);
                }
            });
        }

        @Override
        public void close(String reason) {
            loop.execute(() -> {
                attempt.ifPresent(it -> it.closedByNode(reason));
                over(reason);
            });
        }

        @Override
        public void taken() {
            open = true;
            servers.led(trying);
            unsent.forEach(attempt.orElseThrow()::toServer);
            unsent.clear();
        }

        @Override
        public void pointed(Standing standing) {
            servers.told(standing.servers());
            servers.led(standing.leader());
            if (standing.leader().isPresent() && !standing.leader().equals(trying) && pointed < POINTED_MAX) {
                pointed++;
                tally.count(Tally.What.NODES_POINTED_TO_THE_LEADER);
                toTry.remove(standing.leader().get());
                toTry.addFirst(standing.leader().get());
            }
        }

        @Override
        public void received(Message message) {
            if (!over) {
                end.received(message);
            }
        }

        @Override
        public void closed(SimulatedStream by, String reason) {
            if (over || attempt.filter(it -> it == by).isEmpty()) {
                return;
            }
            if (open) {
                servers.led(Optional.empty());
                over(reason);
            } else {
                next();
            }
        }
    }
}
