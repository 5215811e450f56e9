package dev.steppe.simulation;

import dev.steppe.client.Client;
import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.data.DataReader;
import dev.steppe.client.data.ServerData;
import dev.steppe.client.driver.TaskContext;
import dev.steppe.client.driver.TaskResources;
import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.Leadership;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.Task;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.Machine;
import dev.steppe.server.Reply;
import dev.steppe.server.Server;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import dev.steppe.wire.network.HostPort;
import dev.steppe.wire.network.KnownServers;
import dev.steppe.wire.network.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Some servers and some nodes: the real logic of both, on virtual time, with simulated log, network and machines. Their
 * processes can be ended and started again at any event.
 */
final class Cluster {
    private static final int CLOCK_ERROR_MILLIS_MAX = 40;
    private static final int PORT = 4647;
    /** Servers that wait to be taken in. */
    private static final int SPARE = 2;

    private final VirtualTime time;
    private final Tally tally;
    private final SplittableRandom random;
    private final Routes routes;
    private final SimulatedNetwork network;
    private final LogGroup group;
    private final AppliedStates applied = new AppliedStates();
    private final SimulatedRootKeys rootKeys = new SimulatedRootKeys();
    private final List<SimulatedServer> servers = new ArrayList<>();
    private final List<SimulatedNode> nodes = new ArrayList<>();

    Cluster(VirtualTime time, Tally tally, int serverCount, int nodeCount, boolean forgetfulDisks) {
        this.time = time;
        this.tally = tally;
        this.random = time.split();
        this.routes = new Routes(time);
        this.network = new SimulatedNetwork(time, tally, routes);
        var founders =
                IntStream.rangeClosed(1, serverCount).mapToObj(i -> "s" + i).toList();
        for (int i = 1; i <= serverCount + SPARE; i++) {
            var members = i <= serverCount ? founders : List.<String>of();
            servers.add(new SimulatedServer("s" + i, new LogDisk(time, members, forgetfulDisks)));
        }
        this.group = new LogGroup(time, tally, routes);
        for (int i = 1; i <= nodeCount; i++) {
            nodes.add(new SimulatedNode("n" + i));
        }
    }

    List<SimulatedServer> servers() {
        return servers;
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    Routes routes() {
        return routes;
    }

    /** The names of all machines. */
    List<String> names() {
        return Stream.concat(
                        servers.stream().map(SimulatedServer::name),
                        nodes.stream().map(SimulatedNode::name))
                .toList();
    }

    /** Who leads in the newest term, and so knows everything acknowledged. */
    Optional<SimulatedServer> leader() {
        return servers.stream()
                .filter(server -> server.term().isPresent())
                .max(Comparator.comparing(server -> server.term().orElseThrow()));
    }

    /** Who takes part in the log, as the leader knows it. */
    List<String> members() {
        return leader().flatMap(SimulatedServer::running)
                .map(server -> server.operator().members().all().stream()
                        .map(member -> member.id().value())
                        .toList())
                .orElse(List.of());
    }

    /** The state of the leader. */
    Optional<Snapshot> ledState() {
        return leader().flatMap(SimulatedServer::state);
    }

    /** What a server is asked to do. */
    interface Call<T> {
        void on(Server server, Consumer<Reply<T>> then);
    }

    /**
     * A request to a server. One that follows hands it on to the leader it knows, once; the answer comes back the same way.
     * When anything is lost there is no answer.
     */
    <T> void ask(SimulatedServer asked, Call<T> call, Consumer<Reply<T>> then) {
        if (asked.running.isEmpty()) {
            then.accept(Reply.unavailable("connection refused"));
            return;
        }
        var running = asked.running.get();
        switch (running.log.leadership()) {
            case Leadership.Leading leading -> call.on(running.server, then);
            case Leadership.Following following
            when following.leader().isPresent() ->
                handOn(asked.name, following.leader().get().value(), running.loop, call, then);
            case Leadership.Following nobody -> then.accept(Reply.unavailable("No cluster leader"));
            case Leadership.Stopped stopped -> then.accept(Reply.unavailable(stopped.reason()));
        }
    }

    /** What somebody reads at a server that knows everything acknowledged before. */
    interface Reading<T> {
        T of(Server server, Snapshot snapshot);
    }

    /** Reads through a server: it, or the leader it knows, makes sure first that its state is not old. */
    <T> void read(SimulatedServer asked, Reading<T> reading, Consumer<T> then) {
        if (asked.running.isEmpty()) {
            return;
        }
        var running = asked.running.get();
        switch (running.log.leadership()) {
            case Leadership.Leading leading -> readHere(running, reading, then);
            case Leadership.Following following ->
                following
                        .leader()
                        .ifPresent(leader -> readThere(asked.name, leader.value(), running.loop, reading, then));
            case Leadership.Stopped stopped -> {}
        }
    }

    private static <T> void readHere(RunningServer running, Reading<T> reading, Consumer<T> then) {
        running.log.readBarrier(barrier -> {
            if (barrier instanceof Consensus.Barrier.Reached) {
                then.accept(reading.of(running.server, running.store.snapshot()));
            }
        });
    }

    private <T> void readThere(String from, String to, SimulatedLoop asking, Reading<T> reading, Consumer<T> then) {
        carry(
                from,
                to,
                () -> servers.stream()
                        .filter(it -> it.name.equals(to))
                        .flatMap(it -> it.running.stream())
                        .forEach(leader -> readHere(
                                leader,
                                reading,
                                value -> carry(to, from, () -> {
                                    if (asking.isOpen()) {
                                        then.accept(value);
                                    }
                                }))));
    }

    private <T> void handOn(String from, String to, SimulatedLoop asking, Call<T> call, Consumer<Reply<T>> then) {
        tally.count(Tally.What.REQUESTS_HANDED_ON);
        carry(
                from,
                to,
                () -> servers.stream()
                        .filter(it -> it.name.equals(to))
                        .flatMap(it -> it.running.stream())
                        .forEach(leader -> call.on(
                                leader.server,
                                reply -> carry(to, from, () -> {
                                    if (asking.isOpen()) {
                                        then.accept(reply);
                                    }
                                }))));
    }

    private void carry(String from, String to, Runnable arrival) {
        time.after(routes.delay(), "request " + from + " to " + to, () -> {
            if (routes.isOpen(from, to)) {
                arrival.run();
            }
        });
    }

    private SimulatedClock newClock() {
        return new SimulatedClock(
                Duration.ofMillis(random.nextInt(-CLOCK_ERROR_MILLIS_MAX, CLOCK_ERROR_MILLIS_MAX + 1)));
    }

    private static HostPort address(String server) {
        return new HostPort(server, PORT);
    }

    private List<HostPort> addresses() {
        return servers.stream().map(server -> address(server.name)).toList();
    }

    private record RunningServer(SimulatedLoop loop, Store store, SimulatedLog log, Server server) {}

    /** A machine with a server. */
    final class SimulatedServer {
        private final String name;
        private final LogDisk disk;
        private final SimulatedClock clock = newClock();
        private Optional<RunningServer> running = Optional.empty();

        SimulatedServer(String name, LogDisk disk) {
            this.name = name;
            this.disk = disk;
        }

        String name() {
            return name;
        }

        LogDisk disk() {
            return disk;
        }

        SimulatedClock clock() {
            return clock;
        }

        void start() {
            if (running.isPresent()) {
                return;
            }
            var loop = new SimulatedLoop(time, name, clock);
            var store = new Store();
            var log = new SimulatedLog(name, time, group, disk, new Machine(store), applied);
            var server = new Server(
                    Server.Options.standard("dc1", true),
                    loop,
                    store,
                    log,
                    network.server(name, loop, () -> standing(log)),
                    rootKeys,
                    new SeededSecureRandom(time.split()));
            running = Optional.of(new RunningServer(loop, store, log, server));
        }

        private Standing standing(SimulatedLog log) {
            return switch (log.leadership()) {
                case Leadership.Leading leading -> new Standing(true, Optional.of(address(name)), addresses());
                case Leadership.Following following ->
                    new Standing(false, following.leader().map(it -> address(it.value())), addresses());
                case Leadership.Stopped stopped -> new Standing(false, Optional.empty(), addresses());
            };
        }

        void crash() {
            running.ifPresent(it -> {
                it.log.close();
                it.loop.close();
                network.processEnded(name, it.loop);
            });
            running = Optional.empty();
        }

        void stepDown() {
            running.ifPresent(it -> it.log.stepDown());
        }

        /** What runs there, while its process does. */
        Optional<Server> running() {
            return running.map(RunningServer::server);
        }

        /** The term in which it leads, if it does. */
        Optional<Long> term() {
            return running.map(it -> it.log.leadership())
                    .filter(Leadership.Leading.class::isInstance)
                    .map(it -> ((Leadership.Leading) it).term());
        }

        /** The state its process has. */
        Optional<Snapshot> state() {
            return running.map(it -> it.store.snapshot());
        }
    }

    /** A machine with its agent. */
    final class SimulatedNode {
        private final String name;
        private final SimulatedMachine machine;
        private final SimulatedClock clock = newClock();
        private final KnownServers known = new KnownServers(addresses(), List.of());
        private Optional<SimulatedLoop> agent = Optional.empty();
        private Optional<ServerData> data = Optional.empty();

        SimulatedNode(String name) {
            this.name = name;
            this.machine = new SimulatedMachine(time, name);
        }

        String name() {
            return name;
        }

        SimulatedMachine machine() {
            return machine;
        }

        SimulatedClock clock() {
            return clock;
        }

        void startAgent() {
            if (agent.isPresent()) {
                return;
            }
            var loop = new SimulatedLoop(time, name, clock);
            agent = Optional.of(loop);
            var parts = new AllocationRunner.Parts(
                    List.of(machine),
                    new AllocationRunner.TaskParts(
                            driver -> driver.equals(machine.name()) ? Optional.of(machine) : Optional.empty(),
                            Cluster::context,
                            List.of(machine.taskHook()),
                            Duration.ofSeconds(30)),
                    new NobodyWatches(),
                    machine,
                    runner -> {});
            var client = new Client(loop, network.node(name, loop, known), spec(name), parts);
            var read = new ServerData(loop);
            read.readThrough(client);
            data = Optional.of(read);
            client.start();
        }

        void crashAgent() {
            agent.ifPresent(loop -> {
                loop.close();
                network.processEnded(name, loop);
            });
            agent = Optional.empty();
        }

        /** What the tasks of this node read from the server, while its agent runs. */
        DataReader data() {
            return data.orElseThrow();
        }
    }

    private static TaskContext context(Surroundings surroundings, Task task, SortedMap<String, String> prepared) {
        return new TaskContext(
                surroundings.allocation().id(),
                task.name(),
                task.config(),
                prepared,
                Optional.empty(),
                surroundings.directories(task.name()).orElseThrow(),
                Optional.empty(),
                List.of(),
                TaskResources.of(task.resources().cpu(), task.resources().memoryMb()),
                List.of());
    }

    private static NodeSpec spec(String name) {
        try {
            return Codec.fromJson(NodeSpec.class, """
                    {"ID":"%s","Name":"%s","HTTPAddr":"10.0.0.1:4646",
                     "Attributes":{"kernel.name":"linux","network.modes":"host"},
                     "Drivers":{"simulated":{"Detected":true,"Healthy":true}},
                     "NodeResources":{"Cpu":{"CpuShares":1500},"Memory":{"MemoryMB":1500},"Disk":{"DiskMB":10000},
                                      "MinDynamicPort":20000,"MaxDynamicPort":20010}}
                    """.formatted(name, name));
        } catch (CodecException wrong) {
            throw new IllegalStateException("the simulated node is not one", wrong);
        }
    }

    private static final class NobodyWatches implements AllocationRunner.Observers {
        @Override
        public void running(AllocationRunner runner) {
            // no checks, no mesh
        }

        @Override
        public void updated(AllocationRunner runner) {
            // no checks, no mesh
        }

        @Override
        public void stopping(AllocationRunner runner) {
            // no checks, no mesh
        }
    }
}
