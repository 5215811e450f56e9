package dev.steppe.simulation;

import dev.steppe.client.Client;
import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.data.DataReader;
import dev.steppe.client.data.ServerData;
import dev.steppe.client.driver.TaskContext;
import dev.steppe.client.driver.TaskResources;
import dev.steppe.consensus.Leadership;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.Task;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.Machine;
import dev.steppe.server.Server;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;

/**
 * One server and some nodes: the real logic of both, on virtual time, with simulated log, network and machines. Their
 * processes can be ended and started again at any event.
 */
final class Cluster {
    private static final int CLOCK_ERROR_MILLIS_MAX = 40;

    private final VirtualTime time;
    private final SplittableRandom random;
    private final SimulatedNetwork network;
    private final SimulatedLog.Disk disk;
    private final SimulatedRootKeys rootKeys = new SimulatedRootKeys();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private Optional<RunningServer> server = Optional.empty();

    private record RunningServer(SimulatedLoop loop, Store store, SimulatedLog log, Server server) {}

    Cluster(VirtualTime time, int nodeCount, SimulatedLog.Disk disk) {
        this.time = time;
        this.disk = disk;
        this.random = time.split();
        this.network = new SimulatedNetwork(time);
        for (int i = 1; i <= nodeCount; i++) {
            nodes.add(new SimulatedNode("n" + i));
        }
    }

    void startServer() {
        if (server.isPresent()) {
            return;
        }
        var loop = new SimulatedLoop(time, "server", clockError());
        var store = new Store();
        var log = new SimulatedLog(time, disk, new Machine(store));
        var options = Server.Options.standard("dc1", true);
        var running = new Server(
                options, loop, store, log, network.server(loop), rootKeys, new SeededSecureRandom(time.split()));
        server = Optional.of(new RunningServer(loop, store, log, running));
    }

    void crashServer() {
        server.ifPresent(running -> {
            running.log.close();
            running.loop.close();
            network.processEnded(running.loop);
        });
        server = Optional.empty();
    }

    void loseLeadership(Duration away) {
        server.ifPresent(running -> running.log.loseLeadership(away));
    }

    /** The server, while its process runs. */
    Optional<Server> server() {
        return server.map(RunningServer::server);
    }

    /** The state of the server, while it leads and so knows everything acknowledged. */
    Optional<Snapshot> ledState() {
        return server.filter(running -> running.log.leadership() instanceof Leadership.Leading)
                .map(running -> running.store.snapshot());
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    private Duration clockError() {
        return Duration.ofMillis(random.nextInt(-CLOCK_ERROR_MILLIS_MAX, CLOCK_ERROR_MILLIS_MAX + 1));
    }

    /** A machine with its agent. */
    final class SimulatedNode {
        private final String name;
        private final SimulatedMachine machine;
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

        void startAgent() {
            if (agent.isPresent()) {
                return;
            }
            var loop = new SimulatedLoop(time, name, clockError());
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
            var client = new Client(loop, network.node(name, loop), spec(name), parts);
            var read = new ServerData(loop);
            read.readThrough(client);
            data = Optional.of(read);
            client.start();
        }

        void crashAgent() {
            agent.ifPresent(loop -> {
                loop.close();
                network.processEnded(loop);
            });
            agent = Optional.empty();
        }

        /** What the tasks of this node read from the server, while its agent runs. */
        DataReader data() {
            return data.orElseThrow();
        }

        void cutOff() {
            network.cutOff(name);
        }

        void reconnect() {
            network.reconnect(name);
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
                     "Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                     "NodeResources":{"Cpu":{"CpuShares":1000},"Memory":{"MemoryMB":1000},"Disk":{"DiskMB":10000},
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
