package dev.steppe.client.network;

import dev.steppe.io.TaskScope;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.NetworkNamespaces;
import dev.steppe.io.process.Tool;
import dev.steppe.model.AllocationId;
import dev.steppe.model.DnsConfig;
import dev.steppe.model.PortMapping;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The bridge of this machine and the networks of allocations on it. What exists outlives the agent: a later one adopts it
 * by the records in the run directory. Blocking, callable from any thread but a loop's; changes happen one after the
 * other, because addresses and the packet filter have one writer.
 */
public final class Networks implements AutoCloseable {
    /** The interface of an allocation inside its namespace. */
    public static final String INTERFACE = "eth0";

    private static final System.Logger LOG = System.getLogger(Networks.class.getName());
    private static final Duration REPAIR_EVERY = Duration.ofSeconds(20);
    private static final int FIRST_ADDRESS = 2;
    private static final int CABLE_NAME_BYTES = 6;
    private static final Path MACHINE_RESOLV_CONF = Path.of("/etc/resolv.conf");

    private final NamespaceThread thread = new NamespaceThread();
    private final TaskScope scope = new TaskScope("network");
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ReentrantLock oneChange = new ReentrantLock();
    private final NetworkSettings settings;
    private final RandomGenerator random;
    private final MachineCommands commands;
    private final NetworkNamespaces namespaces;
    private final NetworkRecords records;
    private final Bridge bridge;
    private final Firewall firewall;
    /** That of IPv6 where it is not used: an agent that did may have left rules. */
    private final Optional<Firewall> unused;

    private final ForeignFirewalls foreignFirewalls;
    private final Optional<BridgeClaim> claim;
    /** As they were when the packet filter was put in order last. */
    private Companions companions = Companions.NONE;

    /**
     * Makes the bridge ready, adopts the networks whose namespaces exist and puts the packet filter in order. Refuses
     * addresses that clash with the machine's, and a bridge that another agent uses; fails with
     * {@link BridgingImpossibleException} where no configuration would help.
     */
    public static Networks open(NetworkSettings settings, RandomGenerator random)
            throws IOException, InterruptedException {
        if (Tool.find("ip").isEmpty()) {
            throw new BridgingImpossibleException("ip is not installed (package iproute2)");
        }
        return open(settings, random, List.of("nft", "iptables"));
    }

    static Networks open(NetworkSettings settings, RandomGenerator random, List<String> firewalls)
            throws IOException, InterruptedException {
        var networks = new Networks(settings, random, firewalls);
        try {
            networks.prepare();
            networks.scope.startVirtual("repair", networks::repairNowAndThen);
            return networks;
        } catch (IOException | InterruptedException | RuntimeException failed) {
            networks.close();
            throw failed;
        }
    }

    private Networks(NetworkSettings wanted, RandomGenerator random, List<String> firewalls)
            throws IOException, InterruptedException {
        this.random = random;
        this.commands = new MachineCommands(thread, wanted.machineNamespace());
        this.settings = Bridge.possible(commands, wanted);
        Files.createDirectories(settings.runDirectory());
        this.claim = settings.machineNamespace().isPresent()
                ? Optional.empty()
                : Optional.of(BridgeClaim.take(settings.bridge()));
        this.namespaces = namespaces();
        this.records = new NetworkRecords(settings.runDirectory().resolve("networks"));
        this.bridge = new Bridge(commands, settings);
        var tool = firewalls.stream().filter(it -> Tool.find(it).isPresent()).findFirst();
        var version4 = tool.map(it -> filter(it, AddressFamily.version4(settings)));
        var version6 = tool.map(it -> filter(it, AddressFamily.version6(settings)));
        boolean both = settings.version6().isPresent();
        this.firewall = version4.map(it -> both ? new BothVersions(it, version6.orElseThrow()) : it)
                .<Firewall>map(it -> new FirewallWithRelay(it, new PortRelay(commands, scope)))
                .orElseGet(() -> new PortRelay(commands, scope));
        this.unused = version6.filter(it -> !both);
        this.foreignFirewalls = new ForeignFirewalls(commands, settings);
    }

    private Firewall filter(String tool, AddressFamily family) {
        return tool.equals("nft")
                ? new NftablesFirewall(commands, settings.bridge(), family)
                : new IptablesFirewall(commands, settings.bridge(), family);
    }

    private NetworkNamespaces namespaces() throws IOException {
        try {
            return new NetworkNamespaces(thread, settings.runDirectory().resolve("netns"));
        } catch (IOException refused) {
            close();
            throw new BridgingImpossibleException("namespaces cannot be kept: " + refused.getMessage(), refused);
        }
    }

    /** The bridge's own address: the gateway and name server of allocations. */
    public String gateway() {
        return settings.gateway();
    }

    /** What publishes ports: {@code nftables}, {@code iptables}, or {@code relay} where neither is installed. */
    public String firewallName() {
        return firewall.name();
    }

    /** Makes a network for the allocation and publishes its ports. */
    public AllocationNetwork create(AllocationId allocation, List<PortMapping> ports, Optional<DnsConfig> dns)
            throws IOException, InterruptedException {
        return connect(allocation, ports, dns, () -> namespaces.create(allocation.value()));
    }

    /** The same around the namespace that a running process (a pause container) already has. */
    public AllocationNetwork createAround(
            long pid, AllocationId allocation, List<PortMapping> ports, Optional<DnsConfig> dns)
            throws IOException, InterruptedException {
        return connect(allocation, ports, dns, () -> namespaces.adopt(allocation.value(), pid));
    }

    /** The network an earlier agent made, when it still exists. */
    public Optional<AllocationNetwork> adopt(AllocationId allocation) throws IOException {
        var record = records.read(allocation);
        return record.isPresent() && namespaces.exists(allocation.value()) ? record : Optional.empty();
    }

    /** Removes the allocation's ports, cable, namespace and record. Idempotent. */
    public void destroy(AllocationId allocation) throws IOException, InterruptedException {
        Optional<AllocationNetwork> record;
        oneChange.lockInterruptibly();
        try {
            record = records.read(allocation);
            records.delete(allocation);
            if (record.isPresent() && !record.get().ports().isEmpty()) {
                withdraw(record.get());
            }
        } finally {
            oneChange.unlock();
        }
        // The kernel waits for all processors when an interface goes; others need not wait for that.
        if (record.isPresent()) {
            bridge.unplug(record.get().hostInterface());
        }
        namespaces.delete(allocation.value());
    }

    /** Removes everything of allocations that are not in the set, also what a crash left half made; answers whose. */
    public List<String> sweep(Set<AllocationId> live) throws IOException, InterruptedException {
        oneChange.lockInterruptibly();
        try {
            var removed = new ArrayList<String>();
            for (String name : namespaces.names()) {
                if (!live.contains(new AllocationId(name)) || !namespaces.exists(name)) {
                    namespaces.delete(name);
                    removed.add(name);
                }
            }
            var cables = new HashSet<String>();
            for (AllocationNetwork network : records.all()) {
                if (namespaces.exists(network.allocation().value())) {
                    cables.add(network.hostInterface());
                } else {
                    records.delete(network.allocation());
                }
            }
            for (String port : bridge.cables()) {
                if (!cables.contains(port)) {
                    bridge.unplug(port);
                }
            }
            applyAll();
            return removed;
        } finally {
            oneChange.unlock();
        }
    }

    /** Puts the packet filter in order again when somebody changed it, as also happens now and then; true when needed. */
    public boolean repair() throws IOException, InterruptedException {
        oneChange.lockInterruptibly();
        try {
            if (closing.getCount() == 0) {
                return false;
            }
            boolean broken = !firewall.isIntact() || !companions.equals(readCompanions());
            if (broken) {
                applyAll();
            }
            return foreignFirewalls.except() > 0 || broken;
        } finally {
            oneChange.unlock();
        }
    }

    /** Removes all networks, the bridge and all rules, as a development agent does when it stops. */
    public void removeAll() throws IOException, InterruptedException {
        closing.countDown();
        sweep(Set.of());
        oneChange.lockInterruptibly();
        try {
            firewall.remove();
            foreignFirewalls.remove();
            bridge.remove();
            namespaces.removeDirectory();
            records.removeDirectory();
        } finally {
            oneChange.unlock();
        }
    }

    /** Ends this object's threads; networks stay as they are. */
    @Override
    public void close() {
        closing.countDown();
        scope.close();
        thread.close();
        try {
            if (claim.isPresent()) {
                claim.get().close();
            }
        } catch (IOException stays) {
            LOG.log(Level.WARNING, "the claim file of the bridge stays bridge=" + settings.bridge(), stays);
        }
    }

    private void repairNowAndThen() {
        try {
            while (!closing.await(REPAIR_EVERY.toSeconds(), TimeUnit.SECONDS)) {
                try {
                    if (repair()) {
                        LOG.log(
                                Level.WARNING,
                                "somebody changed the packet filter, put in order again bridge=" + settings.bridge());
                    }
                } catch (IOException failed) {
                    LOG.log(Level.WARNING, "the packet filter cannot be looked at bridge=" + settings.bridge(), failed);
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Namespace {
        Path make() throws IOException, InterruptedException;
    }

    private AllocationNetwork connect(
            AllocationId allocation, List<PortMapping> ports, Optional<DnsConfig> dns, Namespace namespace)
            throws IOException, InterruptedException {
        oneChange.lockInterruptibly();
        try {
            var file = namespace.make();
            try {
                var network = new AllocationNetwork(
                        allocation,
                        file,
                        INTERFACE,
                        freeAddress(allocation),
                        freeAddress6(allocation),
                        settings.gateway(),
                        records.resolvConf(allocation),
                        cableName(),
                        ports);
                Files.writeString(network.resolvConf(), ResolvConf.text(machineResolvConf(), settings.gateway(), dns));
                // Recorded before it exists: what a crash leaves is found by the next agent.
                records.write(network);
                bridge.plug(network);
                if (!ports.isEmpty()) {
                    var all = published();
                    firewall.publish(
                            PublishedPort.of(network, companions).stream()
                                    .filter(all::contains)
                                    .toList(),
                            all);
                }
                return network;
            } catch (IOException | InterruptedException | RuntimeException failed) {
                undo(allocation);
                throw failed;
            }
        } finally {
            oneChange.unlock();
        }
    }

    private void prepare() throws IOException, InterruptedException {
        boolean existed = bridge.prepare();
        oneChange.lockInterruptibly();
        try {
            if (existed && unused.isPresent()) {
                unused.get().remove();
            }
            applyAll();
            foreignFirewalls.except();
        } finally {
            oneChange.unlock();
        }
    }

    /** A successor may have taken a port over already; it keeps it. */
    private void withdraw(AllocationNetwork network) throws IOException, InterruptedException {
        var left = published();
        var removed = PublishedPort.of(network, companions);
        boolean shared =
                removed.stream().anyMatch(gone -> left.stream().anyMatch(stays -> stays.hostPort() == gone.hostPort()));
        if (shared) {
            firewall.apply(left);
        } else {
            firewall.withdraw(removed, left);
        }
    }

    private void applyAll() throws IOException, InterruptedException {
        companions = readCompanions();
        firewall.apply(published());
    }

    private Companions readCompanions() throws IOException, InterruptedException {
        return settings.version6().isEmpty()
                ? Companions.NONE
                : Companions.of(
                        commands.require(List.of("ip", "-o", "addr", "show"), ""),
                        settings.version6().get().apart());
    }

    /** A port that a job asked for at an address wins over one that is there beside an IPv4 address. */
    private List<PublishedPort> published() throws IOException {
        var asked = new ArrayList<PublishedPort>();
        var beside = new ArrayList<PublishedPort>();
        var existing = namespaces.existing();
        for (AllocationNetwork network : records.all()) {
            if (existing.contains(network.allocation().value())) {
                asked.addAll(PublishedPort.of(network, Companions.NONE));
                beside.addAll(PublishedPort.of(network, companions));
            }
        }
        beside.removeIf(port -> asked.stream().anyMatch(port::isAtSamePlace));
        asked.addAll(beside);
        return asked;
    }

    private void undo(AllocationId allocation) {
        try {
            var record = records.read(allocation);
            if (record.isPresent()) {
                bridge.unplug(record.get().hostInterface());
            }
            records.delete(allocation);
            namespaces.delete(allocation.value());
        } catch (IOException left) {
            LOG.log(Level.WARNING, "half-made network stays until the next sweep allocation=" + allocation, left);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private String freeAddress(AllocationId allocation) throws IOException {
        var taken = new HashSet<String>();
        for (AllocationNetwork network : records.all()) {
            taken.add(network.address());
        }
        var subnet = settings.subnet();
        return free(allocation, subnet.size(), subnet::address, taken)
                .orElseThrow(() -> new IOException("all addresses of the bridge subnet " + subnet
                        + " are in use: configure a larger bridge_network_subnet"));
    }

    private Optional<String> freeAddress6(AllocationId allocation) throws IOException {
        if (settings.version6().isEmpty()) {
            return Optional.empty();
        }
        var taken = new HashSet<String>();
        for (AllocationNetwork network : records.all()) {
            network.address6().ifPresent(taken::add);
        }
        var subnet = settings.version6().get().subnet();
        var found = free(allocation, subnet.size(), subnet::address, taken);
        if (found.isEmpty()) {
            throw new IOException("all addresses of the bridge subnet " + subnet
                    + " are in use: configure a larger bridge_network_subnet_ipv6");
        }
        return found;
    }

    /** Far from each other rather than the lowest free one, so that an address is not used again at once. */
    private static Optional<String> free(
            AllocationId allocation, long size, IntFunction<String> address, Set<String> taken) {
        // The last address of IPv4 is for broadcasts.
        int usable = (int) Math.min(size - FIRST_ADDRESS - 1, 1 << 20);
        int start = Math.floorMod(allocation.value().hashCode(), usable);
        return IntStream.range(0, usable)
                .mapToObj(step -> address.apply(FIRST_ADDRESS + (start + step) % usable))
                .filter(candidate -> !taken.contains(candidate))
                .findFirst();
    }

    private String cableName() {
        var bytes = new byte[CABLE_NAME_BYTES];
        random.nextBytes(bytes);
        return "st" + HexFormat.of().formatHex(bytes);
    }

    private static String machineResolvConf() throws IOException {
        try {
            return Files.readString(MACHINE_RESOLV_CONF, StandardCharsets.UTF_8);
        } catch (NoSuchFileException none) {
            return "";
        }
    }
}
