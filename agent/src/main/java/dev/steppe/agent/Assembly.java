package dev.steppe.agent;

import dev.steppe.agent.configuration.Configuration;
import dev.steppe.agent.configuration.Plugins;
import dev.steppe.api.AgentControl;
import dev.steppe.api.AgentIdentity;
import dev.steppe.api.LiveCatalog;
import dev.steppe.api.Observation;
import dev.steppe.api.ServerRegion;
import dev.steppe.api.consul.ConsulDialect;
import dev.steppe.api.dns.DnsServer;
import dev.steppe.api.http.Dialect;
import dev.steppe.api.http.Gate;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.HttpServer;
import dev.steppe.api.http.Limits;
import dev.steppe.api.nomad.NomadDialect;
import dev.steppe.client.Client;
import dev.steppe.client.allocation.AllocationHook;
import dev.steppe.client.allocation.AllocationRunner;
import dev.steppe.client.allocation.Kept;
import dev.steppe.client.allocation.TaskHook;
import dev.steppe.client.artifact.ArtifactHook;
import dev.steppe.client.check.Checks;
import dev.steppe.client.check.SocketProbe;
import dev.steppe.client.data.DataReader;
import dev.steppe.client.data.ServerData;
import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.client.driver.AllocationUsers;
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
import dev.steppe.client.log.LogPump;
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
import dev.steppe.client.node.LogHook;
import dev.steppe.client.node.NetworkHook;
import dev.steppe.client.node.NodeTaskFiles;
import dev.steppe.client.node.TaskContexts;
import dev.steppe.client.settings.ExecSettings;
import dev.steppe.client.template.TemplateHook;
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
import dev.steppe.model.NumberRanges;
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
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;

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
    private final ProcessTasks tasks;
    private final Map<String, Driver> drivers = new ConcurrentSkipListMap<>();
    private final AtomicReference<Plugins> plugins;
    private final DriverWatch driverWatch;
    private final boolean bridging;
    private final AtomicReference<Reload> reload = new AtomicReference<>(AgentControl.none()::reload);
    private final AtomicReference<Optional<NodeMesh>> mesh = new AtomicReference<>(Optional.empty());
    /** Why allocations get no networks of their own although a bridge was asked for; empty when they do. */
    private String noBridging = "";

    private Assembly(AgentOptions options) throws IOException {
        this.options = options;
        plugins = new AtomicReference<>(options.plugins());
        AgentData.make(options);
        try {
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
            this.tasks = tasks;
            drivers.putAll(drivers(options.configuration()));
            var networks = networks(options, random);
            bridging = networks.isPresent();
            NodeSpec node = fingerprint(options.configuration());
            driverWatch = new DriverWatch(clientLoop, DRIVERS_ASKED_EVERY, new ArrayList<>(drivers.values()), node);
            var contexts = new TaskContexts(
                    driverWatch::node, drivers, System.getenv(), tasks.cgroups().map(Cgroups::parent));
            client = start(new Client(
                    clientLoop,
                    transport,
                    node,
                    parts(options, clientLoop, contexts, networks),
                    options.configuration().client().endedKept()));
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
            var observation = start(Observation.begin(store, region, Optional.of(view)));
            var identity =
                    new AgentIdentity(node.name(), options.datacenter(), VERSION, true, true, false, new Control());
            nomad = start(nomadApi(identity, region, catalog, view, observation));
            consul = start(consulApi(identity, region, catalog, observation));
            serveNames(catalog, networks);
        } catch (IOException | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    private void serveNames(LiveCatalog catalog, Optional<Networks> networks) throws IOException {
        var names = start(new DnsServer(NameService.setup(options, catalog::now)));
        for (InetSocketAddress address : sockets(options.addresses().names(), options.dnsPort())) {
            nameAddresses.add(names.listen(address));
        }
        if (networks.isPresent()) {
            names.listen(new InetSocketAddress(networks.get().gateway(), DNS_OF_ALLOCATIONS));
        }
    }

    private HttpServer nomadApi(
            AgentIdentity identity, ServerRegion region, LiveCatalog catalog, NodeView view, Observation observation)
            throws IOException {
        var api = options.configuration().api();
        return HttpServer.start(HttpServer.Setup.of(
                        "nomad",
                        sockets(options.addresses().nomad(), options.nomadPort()),
                        Dialect.NOMAD,
                        NomadDialect.router(identity, region, catalog, Optional.of(view), observation),
                        Gate.accessControlOff())
                .withStandingHeaders(headers(Headers.none(), api.nomadHeaders()))
                .withLimits(limits(api.nomadConnectionsPerCaller())));
    }

    private HttpServer consulApi(
            AgentIdentity identity, ServerRegion region, LiveCatalog catalog, Observation observation)
            throws IOException {
        var api = options.configuration().api();
        var otherwise = options.allowByDefault() ? IntentionAction.ALLOW : IntentionAction.DENY;
        return HttpServer.start(HttpServer.Setup.of(
                        "consul",
                        sockets(options.addresses().consul(), options.consulPort()),
                        Dialect.CONSUL,
                        ConsulDialect.router(identity, region, catalog, otherwise, observation),
                        Gate.accessControlOff())
                .withStandingHeaders(headers(ConsulDialect.standingHeaders(identity), api.consulHeaders()))
                .withLimits(limits(api.consulConnectionsPerCaller())));
    }

    InetSocketAddress consulAddress() {
        return consul.addresses().getFirst();
    }

    private static List<InetSocketAddress> sockets(List<String> addresses, int port) {
        return addresses.stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    private static Headers headers(Headers standing, Map<String, String> configured) {
        var all = standing;
        for (var header : configured.entrySet()) {
            all = all.with(header.getKey(), header.getValue());
        }
        return all;
    }

    private static Limits limits(int connectionsPerCaller) {
        var standard = Limits.standard();
        return connectionsPerCaller == 0
                ? standard.withConnections(standard.connectionsMax(), standard.connectionsMax())
                : standard.withConnections(standard.connectionsMax(), connectionsPerCaller);
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

    private Map<String, Driver> drivers(Configuration configuration) {
        var plugins = configuration.plugins();
        var chroot = configuration.client().chrootEnv();
        var hidden = List.of(
                options.dataDirectory(), options.runDirectory(), options.clientDirectory(), allocations(options));
        var isolation = IsolationSettings.of(plugins.exec(), chroot).hiding(hidden);
        var made = new TreeMap<String, Driver>();
        for (Driver driver : List.of(
                new RawExecDriver(
                        tasks,
                        new RawExecDriver.Settings(
                                plugins.rawExec().enabled(),
                                users(plugins, "raw_exec"),
                                plugins.rawExec().controlGroups())),
                new ExecDriver(tasks, new ExecDriver.Settings(execUsers(plugins), isolation)),
                new JavaDriver(
                        tasks,
                        javaSettings(
                                plugins,
                                IsolationSettings.of(ExecSettings.standard(), chroot)
                                        .hiding(hidden))),
                docker)) {
            if (plugins.offered().contains(driver.name())) {
                made.put(driver.name(), driver);
            }
        }
        return made;
    }

    /** As whom the tasks of a driver run. */
    private static UserPolicy users(Plugins plugins, String driver) {
        boolean allowRoot = driver.equals("java")
                ? plugins.java().allowRoot()
                : driver.equals("raw_exec") && plugins.rawExec().allowRoot();
        return new UserPolicy(allowRoot, UserPolicy.unprivileged().defaultUsers());
    }

    private static UserPolicy execUsers(Plugins plugins) {
        return users(plugins, "exec")
                .denying(
                        NumberRanges.parse(plugins.exec().deniedUsers()),
                        NumberRanges.parse(plugins.exec().deniedGroups()));
    }

    private static JavaDriver.Settings javaSettings(Plugins plugins, IsolationSettings isolation) {
        var standard = JavaDriver.Settings.standard();
        return new JavaDriver.Settings(
                plugins.java().javaHome(),
                users(plugins, "java"),
                isolation,
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

    /** What the machine is and has now, as the configuration says. */
    private NodeSpec fingerprint(Configuration configuration) throws IOException {
        var client = configuration.client();
        var settings = new Fingerprint.Settings(
                options.datacenter(),
                options.nodeName(),
                client.nodeClass(),
                client.nodePool(),
                client.meta(),
                options.addresses().http(options.nomadPort()),
                client.networkInterface(),
                VERSION,
                bridging ? List.of("host", "bridge") : List.of("host"),
                configuration.nodeId(),
                options.clientDirectory(),
                options.allocationDirectory(),
                client.capacity(),
                client.hostNetworks(),
                client.hostVolumes());
        return Fingerprint.take(settings, new ArrayList<>(drivers.values()), Instant.now());
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
            AgentOptions options, Loop loop, TaskContexts contexts, Optional<Networks> networks) throws IOException {
        Function<String, DirectoryHook.DriverFiles> files = driver -> new DirectoryHook.DriverFiles(
                users(plugins.get(), driver),
                driver.equals(docker.name())
                        ? AllocationDirectory.Access.CONTAINER
                        : AllocationDirectory.Access.PROCESS);
        var directories = new DirectoryHook(
                allocations(options),
                files,
                new AllocationUsers(
                        allocations(options), options.configuration().client().users()));
        var checks = new Checks(loop, new SocketProbe(start(new NamespaceThread())));
        return new AllocationRunner.Parts(
                List.<AllocationHook>of(
                        directories, new NetworkHook(networks, new PauseContainers(dockerSettings(options)))),
                new AllocationRunner.TaskParts(
                        name -> Optional.ofNullable(drivers.get(name)),
                        contexts,
                        taskHooks(loop, contexts, new NodeTaskFiles(drivers, files)),
                        options.configuration().client().maxKillTimeout()),
                observers(checks, () -> mesh.get().ifPresent(NodeMesh::changed)),
                shelf,
                runner -> {});
    }

    /** What each task gets before it starts, in this order. */
    private List<TaskHook> taskHooks(Loop loop, TaskContexts contexts, NodeTaskFiles files) {
        return List.of(
                new LogHook(start(new LogPump()), driver -> driver.equals(docker.name())),
                new ArtifactHook(
                        files,
                        contexts::of,
                        () -> options.configuration().client().artifact()),
                new TemplateHook(
                        loop,
                        data,
                        files,
                        contexts::of,
                        () -> options.configuration().client().template()));
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

    /** What to do when somebody asks this agent to read its configuration again. */
    @FunctionalInterface
    interface Reload {
        List<String> again() throws IOException;
    }

    /** From now on a reload is done so. */
    void onReload(Reload how) {
        reload.set(how);
    }

    private final class Control implements AgentControl {
        @Override
        public List<String> reload() throws IOException {
            return reload.get().again();
        }

        @Override
        public List<Listener> listeners() {
            return List.of(
                    listener(
                            "Nomad API",
                            nomad.addresses(),
                            options.addresses().http(nomadAddress().getPort())),
                    listener("Consul API", consul.addresses(), advertised(consulAddress())),
                    listener("DNS", nameAddresses, advertised(nameAddresses.getFirst())));
        }

        private Listener listener(String name, List<InetSocketAddress> bound, String advertised) {
            var all = bound.stream().map(Assembly::text).collect(Collectors.joining(" "));
            boolean said = name.equals("Nomad API")
                    && options.addresses().advertisedHttp().isPresent();
            return new Listener(
                    name,
                    all,
                    advertised,
                    said ? "as advertise.http says" : options.addresses().why());
        }

        private String advertised(InetSocketAddress bound) {
            var address = bound.getAddress();
            String host = address.isAnyLocalAddress() ? options.addresses().advertised() : address.getHostAddress();
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort();
        }
    }

    /** Does what can be done without a new start: words about the node, and what raw_exec and java tasks may. */
    void apply(Configuration changed) throws IOException {
        plugins.set(changed.plugins());
        drivers(changed).forEach((name, driver) -> {
            if (!name.equals(docker.name())) {
                drivers.replace(name, driver);
            }
        });
        var node = fingerprint(changed);
        driverWatch.follow(new ArrayList<>(drivers.values()), node);
        client.changed(node);
    }

    /** What a person who started the agent wants to know first. */
    String announcement() {
        return "==> Steppe agent started: Nomad API http://" + text(nomadAddress()) + ", Consul API http://"
                + text(consulAddress()) + ", DNS " + text(nameAddresses.getFirst())
                + "\n    others are told to call it at "
                + options.addresses().http(nomadAddress().getPort()) + ", because "
                + (options.addresses().advertisedHttp().isPresent()
                        ? "advertise.http says so"
                        : options.addresses().why())
                + (options.addresses().areOpen()
                        ? "\n    there is no access control yet: whoever reaches these addresses may do everything"
                        : "")
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
        if (!endAllocations(STOP_DEADLINE)) {
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

    /** Ends all allocations and waits so long for it; the agent goes on. False where some did not end. */
    boolean endAllocations(Duration deadline) throws InterruptedException {
        var ended = new CountDownLatch(1);
        client.stopAll(ended::countDown);
        return ended.await(deadline.toMillis(), TimeUnit.MILLISECONDS);
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
