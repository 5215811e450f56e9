package dev.steppe.agent;

import dev.steppe.agent.configuration.Configuration;
import dev.steppe.client.Client;
import dev.steppe.client.allocation.AllocationHook;
import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.client.allocation.Kept;
import dev.steppe.client.allocation.Surroundings;
import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.artifact.ArtifactHook;
import dev.steppe.client.check.Checks;
import dev.steppe.client.check.SocketProbe;
import dev.steppe.client.data.ServerData;
import dev.steppe.client.disk.DiskFetch;
import dev.steppe.client.disk.FarDisks;
import dev.steppe.client.driver.AllocationUsers;
import dev.steppe.client.driver.DockerDriver;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.PauseContainers;
import dev.steppe.client.driver.ProcessTasks;
import dev.steppe.client.log.LogPump;
import dev.steppe.client.mesh.LeafFiles;
import dev.steppe.client.mesh.NativeHook;
import dev.steppe.client.mesh.NativeIdentities;
import dev.steppe.client.mesh.NativeSocketHook;
import dev.steppe.client.mesh.NodeMesh;
import dev.steppe.client.network.Networks;
import dev.steppe.client.node.CoresHook;
import dev.steppe.client.node.Devices;
import dev.steppe.client.node.DirectoryHook;
import dev.steppe.client.node.DriverWatch;
import dev.steppe.client.node.DynamicMeta;
import dev.steppe.client.node.FileShelf;
import dev.steppe.client.node.Fingerprint;
import dev.steppe.client.node.Leftovers;
import dev.steppe.client.node.LogHook;
import dev.steppe.client.node.NetworkHook;
import dev.steppe.client.node.NodeMeta;
import dev.steppe.client.node.NodeTaskFiles;
import dev.steppe.client.node.PayloadHook;
import dev.steppe.client.node.StickyDiskHook;
import dev.steppe.client.node.TaskContexts;
import dev.steppe.client.template.TemplateHook;
import dev.steppe.client.vault.VaultHook;
import dev.steppe.io.Loop;
import dev.steppe.io.ThreadLoop;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.process.Cgroups;
import dev.steppe.model.AllocationId;
import dev.steppe.model.NodeSpec;
import dev.steppe.wire.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** The node of an agent: drivers, what the machine has, and what runs on it. */
final class NodePart {
    private static final Duration DRIVERS_ASKED_EVERY = Duration.ofSeconds(15);

    private final AgentOptions options;
    private final Parts parts;
    private final Loop loop;
    private final ServerData data;
    private final NodeDrivers drivers;
    private final Devices devices;
    private final Optional<String> sharedCores;
    private final CoresHook cores;
    private final FileShelf shelf;
    private final DriverWatch driverWatch;
    private final DynamicMeta dynamicMeta;
    private final Client client;
    private final ProxyProcess proxy;
    private final Leftovers leftovers;
    private final NodeNetworks networks;
    private final NodeView view;
    private final NativeIdentities natives;
    private final AtomicReference<Optional<NodeMesh>> mesh = new AtomicReference<>(Optional.empty());
    private volatile SortedMap<String, String> configuredMeta;

    /** Starts the node; it takes part as soon as the transport reaches a server. */
    static NodePart start(
            Parts parts, AgentOptions options, Transport transport, Optional<FarDisks> disks, SecureRandom random)
            throws IOException {
        return new NodePart(parts, options, transport, disks, random);
    }

    private NodePart(
            Parts parts, AgentOptions options, Transport transport, Optional<FarDisks> disks, SecureRandom random)
            throws IOException {
        this.options = options;
        this.parts = parts;
        loop = parts.add(new ThreadLoop("client"));
        data = new ServerData(loop);
        var tasks = parts.add(new ProcessTasks(NodeDrivers.groupsForNew(options)));
        var docker = parts.add(new DockerDriver(NodeDrivers.dockerSettings(options)));
        shelf = parts.add(new FileShelf(options.clientDirectory().resolve("allocations")));
        drivers = new NodeDrivers(options, tasks, docker);
        sharedCores = tasks.sharedCores();
        networks = NodeNetworks.open(parts, options, random);
        natives = NativeIdentities.open(options.clientDirectory().resolve("tokens.key"), random, Instant.now());
        devices = Devices.read(options.configuration().client().devices(), Path.of("/"));
        dynamicMeta = new DynamicMeta(options.clientDirectory());
        configuredMeta = options.configuration().client().meta();
        NodeSpec node = fingerprint();
        driverWatch = new DriverWatch(loop, DRIVERS_ASKED_EVERY, drivers.all(), node);
        var contexts = new TaskContexts(
                driverWatch::node,
                drivers.byName(),
                System.getenv(),
                tasks.cgroups().map(Cgroups::parent),
                devices);
        cores = new CoresHook(
                () -> Fingerprint.coresOfTasks(options.configuration().client().capacity()), sharers(tasks));
        client = parts.add(new Client(
                loop,
                transport,
                node,
                runnerParts(contexts, disks),
                options.configuration().client().endedKept()));
        data.readThrough(client);
        proxy = parts.add(new ProxyProcess(
                options.runDirectory().resolve("mesh"), networks.namespaces(), LinuxCalls.isRoot(), tasks.cgroups()));
        var leaves = new LeafFiles(options.clientDirectory().resolve("leaves"));
        mesh.set(Optional.of(new NodeMesh(loop, client, proxy, leaves, natives, random)));
        leftovers = new Leftovers(options.allocationDirectory(), tasks.cgroups(), networks.bridge(), networks.others());
        removeLeftovers();
        view = new NodeView(
                node,
                options.allocationDirectory(),
                loop,
                client,
                options.configuration().client().remoteExecDisabled(),
                this);
        cores.begin();
        client.start();
        driverWatch.start(client::changed);
    }

    /** Without control groups nobody can be kept off cores: processes of tasks stay where they are. */
    private List<CoresHook.Sharers> sharers(ProcessTasks tasks) {
        var sharers = new ArrayList<CoresHook.Sharers>(List.of(drivers::share));
        tasks.cgroups().ifPresent(groups -> sharers.add(groups::share));
        return List.copyOf(sharers);
    }

    Client client() {
        return client;
    }

    /** What the node's tasks read from the servers. */
    ServerData data() {
        return data;
    }

    /** The node as the agent's API sees it. */
    NodeView view() {
        return view;
    }

    NodeSpec node() {
        return driverWatch.node();
    }

    /** The identities of tasks that speak the mesh's protocol themselves. */
    NativeIdentities natives() {
        return natives;
    }

    /** Where allocations with networks of their own find the machine. */
    Optional<String> gateway() {
        return networks.bridge().map(Networks::gateway);
    }

    /** Why no allocation gets a network of its own although one was asked for; empty when they do. */
    String noBridging() {
        return networks.noBridging();
    }

    /** The words about the node. */
    NodeMeta meta() {
        return dynamicMeta.over(configuredMeta);
    }

    /** Puts words about the node, or takes them away; the servers learn of it. */
    NodeMeta changeMeta(SortedMap<String, Optional<String>> changes) throws IOException {
        dynamicMeta.change(changes);
        loop.execute(() -> {
            var node = driverWatch.node().withMeta(meta().meta());
            driverWatch.follow(drivers.all(), node);
            client.changed(node);
        });
        return meta();
    }

    /**
     * Does what can be done without a new start: words about the node, what raw_exec and java tasks may, and another look
     * at what the machine has. Says which networks came or went.
     */
    List<String> apply(Configuration changed) throws IOException {
        drivers.apply(changed);
        configuredMeta = changed.client().meta();
        var before = driverWatch.node().attributes().getOrDefault(Fingerprint.NETWORK_MODES, "");
        var node = fingerprint();
        driverWatch.follow(drivers.all(), node);
        client.changed(node);
        var namespaces = networks.namespaces();
        if (namespaces.isPresent()) {
            proxy.serve(namespaces.get());
        }
        var now = node.attributes().getOrDefault(Fingerprint.NETWORK_MODES, "");
        return now.equals(before) ? List.of() : List.of("networks of this node: " + now + "; before: " + before);
    }

    /** Ends all allocations and waits so long for it; the node goes on. False where some did not end. */
    boolean endAllocations(Duration deadline) throws InterruptedException {
        var ended = new CountDownLatch(1);
        client.stopAll(ended::countDown);
        return ended.await(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Removes what outlives an agent: the proxy, networks, mounts, containers. For when no allocation lives. */
    void removeTraces() throws IOException, InterruptedException {
        proxy.stop();
        leftovers.removeAll(new TreeSet<>());
        drivers.sweepContainers(new TreeSet<>());
    }

    private void removeLeftovers() throws IOException {
        var live = new TreeSet<AllocationId>();
        var known = new TreeSet<AllocationId>();
        for (Kept kept : shelf.all()) {
            known.add(kept.id());
            if (!kept.isDestroyed()) {
                live.add(kept.id());
            }
        }
        try {
            leftovers.remove(live, known);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while removing what an earlier agent left", stopping);
        }
        drivers.sweepContainers(live);
    }

    /** What the machine is and has now, as the configuration of the start says; words about the node may be newer. */
    private NodeSpec fingerprint() throws IOException {
        var configuration = options.configuration();
        var client = configuration.client();
        var settings = new Fingerprint.Settings(
                options.datacenter(),
                options.nodeName(),
                client.nodeClass(),
                client.nodePool(),
                meta().meta(),
                options.addresses().http(options.nomadPort()),
                client.networkInterface(),
                Assembly.VERSION,
                networks.modes(),
                networks.plugins(),
                configuration.nodeId(),
                options.clientDirectory(),
                options.allocationDirectory(),
                client.capacity(),
                sharedCores,
                devices,
                client.hostNetworks(),
                client.hostVolumes());
        var found = Fingerprint.take(settings, drivers.all(), Instant.now());
        return options.development()
                ? found
                : found.withAgentAddress(options.addresses().agent(options.rpcPort()));
    }

    private AllocationRunner.Parts runnerParts(TaskContexts contexts, Optional<FarDisks> disks) throws IOException {
        var directories = new DirectoryHook(
                options.allocationDirectory(),
                drivers::files,
                new AllocationUsers(
                        options.allocationDirectory(),
                        options.configuration().client().users()));
        var checks = new Checks(loop, new SocketProbe(parts.add(new NamespaceThread())));
        return new AllocationRunner.Parts(
                List.<AllocationHook>of(
                        directories,
                        new StickyDiskHook(
                                options.allocationDirectory(),
                                disks.map(far -> new DiskFetch(far, DiskFetch.Limits.standard()))),
                        cores,
                        new NetworkHook(
                                networks.bridge(),
                                networks.others(),
                                new PauseContainers(NodeDrivers.dockerSettings(options)),
                                (surroundings, text) -> filled(contexts, surroundings, text)),
                        parts.add(new NativeSocketHook(
                                options.allocationDirectory(),
                                () -> new InetSocketAddress(consulHost(), options.consulPort())))),
                new AllocationRunner.TaskParts(
                        name -> Optional.ofNullable(drivers.byName().get(name)),
                        contexts,
                        taskHooks(contexts, new NodeTaskFiles(drivers.byName(), drivers::files)),
                        options.configuration().client().maxKillTimeout()),
                observers(checks, () -> mesh.get().ifPresent(NodeMesh::changed)),
                shelf,
                runner -> {});
    }

    /** What a text of a group refers to, as its first task sees it. */
    private static String filled(TaskContexts contexts, Surroundings surroundings, String text) throws DriverException {
        return contexts.environment(surroundings, surroundings.group().tasks().getFirst(), Collections.emptySortedMap())
                .text(text);
    }

    /** What each task gets before it starts, in this order. */
    private List<TaskHook> taskHooks(TaskContexts contexts, NodeTaskFiles files) throws IOException {
        var vault = parts.add(
                new VaultHook(loop, files, options.configuration().client().vault()));
        return List.of(
                new LogHook(parts.add(new LogPump()), drivers::isDocker),
                new PayloadHook(files),
                new ArtifactHook(
                        files,
                        contexts::of,
                        () -> options.configuration().client().artifact()),
                vault,
                new NativeHook(
                        natives,
                        consulAddress(),
                        site -> contexts.of(site).variables().getOrDefault("NOMAD_ALLOC_DIR", "")),
                new TemplateHook(
                        loop,
                        data,
                        vault,
                        files,
                        contexts::of,
                        () -> options.configuration().client().template()));
    }

    /** Where programs of this machine find the agent in Consul's words. */
    private String consulAddress() {
        return consulHost() + ":" + options.consulPort();
    }

    private String consulHost() {
        return options.addresses().consul().stream()
                .filter(address ->
                        !new InetSocketAddress(address, 0).getAddress().isAnyLocalAddress())
                .findFirst()
                .orElse("127.0.0.1");
    }

    private static AllocationRunner.Observers observers(Checks checks, Runnable meshChanged) {
        return new AllocationRunner.Observers() {
            @Override
            public void running(AllocationRunner runner) {
                checks.begin(runner);
                meshChanged.run();
            }

            @Override
            public void updated(AllocationRunner runner) {
                checks.end(runner.id());
                checks.begin(runner);
                meshChanged.run();
            }

            @Override
            public void stopping(AllocationRunner runner) {
                checks.end(runner.id());
                meshChanged.run();
            }
        };
    }
}
