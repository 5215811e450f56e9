package dev.steppe.agent;

import dev.steppe.agent.configuration.Configuration;
import dev.steppe.agent.configuration.Plugins;
import dev.steppe.api.AgentIdentity;
import dev.steppe.api.LiveCatalog;
import dev.steppe.api.ServerRegion;
import dev.steppe.api.consul.ConsulDialect;
import dev.steppe.api.dns.DnsServer;
import dev.steppe.api.dns.Zone;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Gate;
import dev.steppe.api.http.HttpServer;
import dev.steppe.api.nomad.NomadDialect;
import dev.steppe.client.Client;
import dev.steppe.client.allocation.AllocationHook;
import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.client.allocation.Kept;
import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.check.Checks;
import dev.steppe.client.check.SocketProbe;
import dev.steppe.client.data.DataReader;
import dev.steppe.client.data.ServerData;
import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.client.driver.DockerDriver;
import dev.steppe.client.driver.DockerSettings;
import dev.steppe.client.driver.Driver;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.ExecDriver;
import dev.steppe.client.driver.IsolationSettings;
import dev.steppe.client.driver.JavaDriver;
import dev.steppe.client.driver.PauseContainers;
import dev.steppe.client.driver.ProcessTasks;
import dev.steppe.client.driver.RawExecDriver;
import dev.steppe.client.driver.UserPolicy;
import dev.steppe.client.mesh.LeafFiles;
import dev.steppe.client.mesh.NodeMesh;
import dev.steppe.client.network.BridgingImpossibleException;
import dev.steppe.client.network.NetworkSettings;
import dev.steppe.client.network.Networks;
import dev.steppe.client.node.DirectoryHook;
import dev.steppe.client.node.DriverWatch;
import dev.steppe.client.node.FileShelf;
import dev.steppe.client.node.Fingerprint;
import dev.steppe.client.node.Leftovers;
import dev.steppe.client.node.NetworkHook;
import dev.steppe.client.node.TaskContexts;
import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.ConsensusOptions;
import dev.steppe.consensus.RatisConsensus;
import dev.steppe.io.Loop;
import dev.steppe.io.ThreadLoop;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.process.Cgroups;
import dev.steppe.model.AllocationId;
import dev.steppe.model.IntentionAction;
import dev.steppe.model.NodeSpec;
import dev.steppe.server.Machine;
import dev.steppe.server.RootKeyFiles;
import dev.steppe.server.Server;
import dev.steppe.state.Store;
import dev.steppe.wire.InProcessTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One agent, put together by hand: reading order is start order, and the reverse is the order of its end. Nothing is
 * shared with another agent in the same process.
 */
public final class Assembly implements AutoCloseable {
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    /** Resolvers inside allocations know no other port. */
    private static final int DNS_OF_ALLOCATIONS = 53;

    /** The version this agent reports. */
    static final String VERSION = "0.1.0";

    private static final Duration MAX_KILL_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration DRIVERS_ASKED_EVERY = Duration.ofSeconds(15);
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(30);

    private final AgentOptions options;
    private final Server server;
    private final Client client;
    private final ServerData data;
    private final HttpServer nomad;
    private final HttpServer consul;
    private final List<InetSocketAddress> nameAddresses = new ArrayList<>();
    private final Leftovers leftovers;
    private final DockerDriver docker;
    private final ProxyProcess proxy;
    private final FileShelf shelf;
    private final AtomicReference<Optional<NodeMesh>> mesh = new AtomicReference<>(Optional.empty());
    /** Why allocations get no networks of their own although a bridge was asked for; empty when they do. */
    private String noBridging = "";

    private Assembly(AgentOptions options) throws IOException {
        this.options = options;
        AgentData.make(options);
        var random = new SecureRandom();

        // the server: state, log, and who decides
        var serverLoop = start(new ThreadLoop("server"));
        var store = new Store();
        Consensus consensus =
                start(RatisConsensus.start(ConsensusOptions.alone(options.serverDirectory()), new Machine(store)));
        var transport = new InProcessTransport(serverLoop);
        server = start(new Server(
                serverOptions(options.configuration()),
                serverLoop,
                store,
                consensus,
                transport,
                new RootKeyFiles(options.keyringDirectory()),
                random));

        // the node: drivers, what the machine has, and what runs on it
        var clientLoop = start(new ThreadLoop("client"));
        data = new ServerData(clientLoop);
        var tasks = start(new ProcessTasks(Optional.of(groupName(options))));
        docker = start(new DockerDriver(dockerSettings(options)));
        shelf = start(new FileShelf(options.clientDirectory().resolve("allocations")));
        var drivers = drivers(tasks, options, docker);
        var networks = networks(options, random);
        NodeSpec node = Fingerprint.take(
                fingerprint(options, networks.isPresent()), new ArrayList<>(drivers.values()), Instant.now());
        var driverWatch = new DriverWatch(clientLoop, DRIVERS_ASKED_EVERY, new ArrayList<>(drivers.values()), node);
        var contexts = new TaskContexts(
                driverWatch::node, drivers, System.getenv(), tasks.cgroups().map(Cgroups::parent));
        client =
                start(new Client(clientLoop, transport, node, parts(options, clientLoop, drivers, contexts, networks)));
        data.readThrough(client);
        proxy = start(new ProxyProcess(
                options.runDirectory().resolve("mesh"),
                networks.map(it -> options.runDirectory().resolve("netns")),
                LinuxCalls.isRoot()));
        var leaves = new LeafFiles(options.clientDirectory().resolve("leaves"));
        mesh.set(Optional.of(new NodeMesh(clientLoop, client, proxy, leaves, random)));
        leftovers = new Leftovers(allocations(options), tasks.cgroups(), networks);
        removeLeftovers();
        client.start();
        driverWatch.start(client::changed);

        // the edge: what people and programs talk to
        var view = new NodeView(node.id(), allocations(options), clientLoop, client);
        var self = new ServerRegion.Self(
                options.configuration().region(),
                node.name(),
                options.addresses().advertised(),
                0,
                options.nomadPort());
        var region = start(new ServerRegion(self, server, store, consensus));
        var catalog = new LiveCatalog(region, options.datacenter());
        var identity = new AgentIdentity(node.name(), options.datacenter(), VERSION, true, true, false);
        nomad = start(HttpServer.start(HttpServer.Setup.of(
                "nomad",
                sockets(options.addresses().nomad(), options.nomadPort()),
                Dialect.NOMAD,
                NomadDialect.router(identity, region, catalog, Optional.of(view)),
                Gate.accessControlOff())));
        var otherwise = options.allowByDefault() ? IntentionAction.ALLOW : IntentionAction.DENY;
        consul = start(HttpServer.start(HttpServer.Setup.of(
                        "consul",
                        sockets(options.addresses().consul(), options.consulPort()),
                        Dialect.CONSUL,
                        ConsulDialect.router(identity, region, catalog, otherwise),
                        Gate.accessControlOff())
                .withStandingHeaders(ConsulDialect.standingHeaders(identity))));
        var names = start(new DnsServer(DnsServer.Setup.of(Zone.standard(options.datacenter()), catalog::now)));
        for (InetSocketAddress address : sockets(options.addresses().names(), options.dnsPort())) {
            nameAddresses.add(names.listen(address));
        }
        if (networks.isPresent()) {
            names.listen(new InetSocketAddress(networks.get().gateway(), DNS_OF_ALLOCATIONS));
        }
    }

    InetSocketAddress consulAddress() {
        return consul.addresses().getFirst();
    }

    private static List<InetSocketAddress> sockets(List<String> addresses, int port) {
        return addresses.stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    private static Server.Options serverOptions(Configuration configuration) {
        var server = configuration.server();
        return new Server.Options(
                configuration.datacenter(),
                configuration.allowByDefault(),
                server.heartbeatEvery(),
                server.heartbeatGrace(),
                new Server.Retention(server.garbageEvery(), server.keepJobs(), server.keepEvaluations()));
    }

    /** Agents with other data have other tasks: their control groups must not mix. */
    private static String groupName(AgentOptions options) {
        return "steppe-"
                + Integer.toHexString(options.dataDirectory().toString().hashCode());
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
            sweepContainers(live);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while removing what an earlier agent left", stopping);
        }
    }

    private void sweepContainers(Set<AllocationId> live) throws IOException {
        if (!docker.fingerprint().healthy()) {
            return;
        }
        try {
            docker.sweep(live);
        } catch (DriverException failed) {
            throw new IOException(failed.getMessage(), failed);
        }
    }

    private static Path allocations(AgentOptions options) {
        return options.allocationDirectory();
    }

    /** The addresses of the Nomad API, with the real port where any was asked for. */
    InetSocketAddress nomadAddress() {
        return nomad.addresses().getFirst();
    }

    private static Map<String, Driver> drivers(ProcessTasks tasks, AgentOptions options, DockerDriver docker) {
        var plugins = options.plugins();
        var isolation = IsolationSettings.of(
                        plugins.exec(), options.configuration().client().chrootEnv())
                .hiding(List.of(
                        options.dataDirectory(),
                        options.runDirectory(),
                        options.clientDirectory(),
                        allocations(options)));
        var drivers = new TreeMap<String, Driver>();
        for (Driver driver : List.of(
                new RawExecDriver(
                        tasks, new RawExecDriver.Settings(plugins.rawExec().enabled(), users(plugins, "raw_exec"))),
                new ExecDriver(tasks, new ExecDriver.Settings(users(plugins, "exec"), isolation)),
                new JavaDriver(tasks, javaSettings(plugins)),
                docker)) {
            if (plugins.offered().contains(driver.name())) {
                drivers.put(driver.name(), driver);
            }
        }
        return drivers;
    }

    /** As whom the tasks of a driver run. */
    private static UserPolicy users(Plugins plugins, String driver) {
        boolean allowRoot = driver.equals("java")
                ? plugins.java().allowRoot()
                : driver.equals("raw_exec") && plugins.rawExec().allowRoot();
        return new UserPolicy(allowRoot, UserPolicy.unprivileged().defaultUsers());
    }

    private static JavaDriver.Settings javaSettings(Plugins plugins) {
        var standard = JavaDriver.Settings.standard();
        return new JavaDriver.Settings(
                plugins.java().javaHome(),
                users(plugins, "java"),
                standard.environmentJavaHome(),
                standard.environmentPath());
    }

    private static DockerSettings dockerSettings(AgentOptions options) {
        var configured = options.plugins().docker();
        var usual = DockerSettings.of(System.getenv(), groupName(options));
        return new DockerSettings(
                configured.endpoint().orElse(usual.socket()),
                usual.owner(),
                configured.volumesEnabled(),
                configured.allowPrivileged());
    }

    private static Fingerprint.Settings fingerprint(AgentOptions options, boolean bridging) {
        var client = options.configuration().client();
        return new Fingerprint.Settings(
                options.datacenter(),
                options.nodeName(),
                client.nodeClass(),
                client.nodePool(),
                client.meta(),
                options.addresses().http(options.nomadPort()),
                client.networkInterface(),
                VERSION,
                bridging ? List.of("host", "bridge") : List.of("host"),
                options.configuration().nodeId(),
                options.clientDirectory(),
                options.allocationDirectory(),
                client.capacity(),
                client.hostNetworks());
    }

    /** Networks of their own need root and what the machine has; without them allocations share the machine's. */
    private Optional<Networks> networks(AgentOptions options, SecureRandom random) throws IOException {
        if (options.bridge().isEmpty()) {
            return Optional.empty();
        }
        if (!LinuxCalls.isRoot()) {
            noBridging = "the agent is not root";
            return Optional.empty();
        }
        try {
            return Optional.of(start(Networks.open(
                    new NetworkSettings(
                            options.bridge().get(), options.bridgeSubnet(), options.runDirectory(), Optional.empty()),
                    random)));
        } catch (BridgingImpossibleException impossible) {
            noBridging = impossible.getMessage();
            return Optional.empty();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while making the bridge", stopping);
        }
    }

    private AllocationRunner.Parts parts(
            AgentOptions options,
            Loop loop,
            Map<String, Driver> drivers,
            TaskContexts contexts,
            Optional<Networks> networks)
            throws IOException {
        var directories = new DirectoryHook(
                allocations(options),
                driver -> new DirectoryHook.DriverFiles(
                        users(options.plugins(), driver),
                        driver.equals(docker.name())
                                ? AllocationDirectory.Access.CONTAINER
                                : AllocationDirectory.Access.PROCESS));
        var checks = new Checks(loop, new SocketProbe(start(new NamespaceThread())));
        return new AllocationRunner.Parts(
                List.<AllocationHook>of(
                        directories, new NetworkHook(networks, new PauseContainers(dockerSettings(options)))),
                new AllocationRunner.TaskParts(
                        name -> Optional.ofNullable(drivers.get(name)), contexts, taskHooks(), MAX_KILL_TIMEOUT),
                observers(checks, () -> mesh.get().ifPresent(NodeMesh::changed)),
                shelf,
                runner -> {});
    }

    /** What each task gets before it starts, in this order. */
    private static List<TaskHook> taskHooks() {
        return List.of();
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

    /** Starts an agent. When a part cannot start, those before it are ended again. */
    public static Assembly start(AgentOptions options) throws IOException {
        return new Assembly(options.withRealPorts());
    }

    public Server server() {
        return server;
    }

    public Client client() {
        return client;
    }

    /** What the node's tasks read from the servers. */
    public DataReader data() {
        return data;
    }

    private <T extends AutoCloseable> T start(T part) {
        started.push(part);
        return part;
    }

    /** What a person who started the agent wants to know first. */
    String announcement() {
        return "==> Steppe agent started: Nomad API http://" + text(nomadAddress()) + ", Consul API http://"
                + text(consulAddress()) + ", DNS " + text(nameAddresses.getFirst())
                + "\n    data in " + options.dataDirectory()
                + (options.development()
                        ? "; Ctrl-C stops it and removes everything it started"
                        : "; tasks run on when it stops, and the next agent takes them over")
                + (noBridging.isEmpty()
                        ? ""
                        : "\n    no bridge networking here: " + noBridging + "; steppe doctor says what to do");
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** Ends all allocations, then the agent, and removes its data. */
    void stopAndRemove() throws InterruptedException, IOException {
        var ended = new CountDownLatch(1);
        client.stopAll(ended::countDown);
        if (!ended.await(STOP_DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
            System.getLogger(Assembly.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "allocations did not end in time; they are taken over at the next start");
            close();
            return;
        }
        proxy.stop();
        leftovers.removeAll();
        sweepContainers(new TreeSet<>());
        close();
        removeTree(options.dataDirectory());
        removeTree(options.runDirectory());
    }

    private static void removeTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (var paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    /** Lets go of everything in reverse order; tasks go on. Idempotent. */
    @Override
    public void close() {
        while (!started.isEmpty()) {
            var part = started.pop();
            try {
                part.close();
            } catch (Exception failed) {
                System.getLogger(Assembly.class.getName())
                        .log(System.Logger.Level.WARNING, "stopping a part failed part=" + part.getClass(), failed);
            }
        }
    }
}
