package dev.steppe.client.cni;

import dev.steppe.client.network.ResolvConf;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.linux.NetworkNamespaces;
import dev.steppe.io.process.Tool;
import dev.steppe.model.AllocationId;
import dev.steppe.model.DnsConfig;
import dev.steppe.model.PortMapping;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Networks of allocations that the machine's CNI plug-ins make, or that have a loopback and nothing else. They outlive the
 * agent; a later one adopts them by their records, and lets the plug-ins undo what belongs to nobody. Blocking, callable from
 * any thread but a loop's; one call at a time for one allocation.
 */
public final class CniNetworks implements AutoCloseable {
    /** How the mode of a network of plug-ins begins, before its name. */
    public static final String MODE = "cni/";

    /** The mode of a network with a loopback alone. */
    public static final String NONE = "none";

    private static final System.Logger LOG = System.getLogger(CniNetworks.class.getName());
    private static final String INTERFACE = "eth0";
    private static final int ATTEMPTS = 3;
    private static final CniList NOTHING = new CniList(NONE, "1.0.0", List.of());
    private static final List<Path> RESOLVERS =
            List.of(Path.of("/etc/resolv.conf"), Path.of("/run/systemd/resolve/resolv.conf"));

    private final NamespaceThread thread = new NamespaceThread();
    private final CniPlaces places;
    private final Path namespaceDirectory;
    private final CniPlugins plugins;
    private final CniRecords records;

    /**
     * Nothing is made until the first network is.
     *
     * @param records a directory that outlives a reboot
     * @param namespaces a directory that need not
     * @param machine the namespace that plays the machine; the agent's own when empty
     */
    public CniNetworks(CniPlaces places, Path records, Path namespaces, Optional<Path> machine) {
        this.places = places;
        this.records = new CniRecords(records);
        this.namespaceDirectory = namespaces;
        this.plugins = new CniPlugins(
                thread, machine.map(NamespaceThread.Entry::network).orElse(NamespaceThread.Entry.none()), places);
    }

    /**
     * A network that is wanted.
     *
     * @param mode {@code none}, or {@code cni/} and the name of a network
     * @param arguments what the plug-ins are told beside the allocation
     * @param process a process whose network namespace it is to be
     */
    public record Wish(
            AllocationId allocation,
            String mode,
            SortedMap<String, String> arguments,
            List<PortMapping> ports,
            Optional<DnsConfig> dns,
            OptionalLong process) {}

    /**
     * A network that is there.
     *
     * @param address empty where it has none
     * @param publishes whether its ports are published on the machine
     */
    public record Made(
            Path namespace,
            String interfaceName,
            String address,
            Optional<String> address6,
            Path resolvConf,
            boolean publishes) {}

    /** The modes that networks of this machine have now. */
    public List<String> modes() throws IOException {
        var modes = new ArrayList<String>();
        modes.add(NONE);
        for (CniList list : places.lists().values()) {
            if (list.plugins().stream()
                    .allMatch(it -> places.program(CniList.type(it)).isPresent())) {
                modes.add(MODE + list.name());
            } else {
                LOG.log(
                        Level.WARNING,
                        "CNI network \"" + list.name() + "\" is not offered: not all of its plug-ins are in "
                                + places.path());
            }
        }
        return List.copyOf(modes);
    }

    /** The plug-ins of this machine with their versions. */
    public SortedMap<String, String> versions() throws IOException, InterruptedException {
        var versions = new TreeMap<String, String>();
        for (Map.Entry<String, Path> plugin : places.plugins().entrySet()) {
            plugins.version(plugin.getValue()).ifPresent(version -> versions.put(plugin.getKey(), version));
        }
        return versions;
    }

    /** Makes the network; nothing of it is left when that fails. */
    public Made create(Wish wish) throws IOException, InterruptedException {
        var list = list(wish.mode);
        var kept = new CniRecords.Kept(list, arguments(wish.arguments), wish.ports, Optional.empty());
        // Recorded before it exists: what a crash leaves is found by the next agent.
        records.write(wish.allocation, kept);
        try {
            var namespaces = new NetworkNamespaces(thread, namespaceDirectory);
            var file = wish.process.isPresent()
                    ? namespaces.adopt(wish.allocation.value(), wish.process.getAsLong())
                    : namespaces.create(wish.allocation.value());
            var result = add(list, call(wish.allocation, kept));
            var done = new CniRecords.Kept(list, kept.arguments(), kept.ports(), Optional.of(result));
            records.write(wish.allocation, done);
            prepare(file);
            Files.writeString(records.resolvConf(wish.allocation), resolvConf(wish.dns, result));
            return made(wish.allocation, done);
        } catch (IOException | InterruptedException | RuntimeException failed) {
            undo(wish.allocation);
            throw failed;
        }
    }

    private CniList list(String mode) throws IOException {
        if (mode.equals(NONE)) {
            return NOTHING;
        }
        var name = mode.substring(MODE.length());
        return Optional.ofNullable(places.lists().get(name))
                .orElseThrow(() -> new IOException("there is no CNI network \"" + name + "\" in " + places.networks()
                        + " (client { cni_config_dir }); there are " + lists()));
    }

    private Set<String> lists() {
        try {
            return places.lists().keySet();
        } catch (IOException unreadable) {
            return Set.of();
        }
    }

    private static String arguments(SortedMap<String, String> arguments) {
        var words = new ArrayList<String>();
        words.add("IgnoreUnknown=true");
        arguments.forEach((name, value) -> words.add(name + "=" + value));
        return String.join(";", words);
    }

    private CniPlugins.Call call(AllocationId allocation, CniRecords.Kept kept) {
        return new CniPlugins.Call(
                allocation.value(),
                namespaceDirectory.resolve(allocation.value()),
                INTERFACE,
                kept.arguments(),
                kept.ports());
    }

    /** Plug-ins hold locks on what they share with others; what failed is undone before it is tried again. */
    private SortedMap<String, Object> add(CniList list, CniPlugins.Call call) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return plugins.add(list, call);
            } catch (IOException failed) {
                if (attempt == ATTEMPTS) {
                    throw failed;
                }
                try {
                    plugins.delete(list, call, new TreeMap<>());
                } catch (IOException left) {
                    failed.addSuppressed(left);
                    throw failed;
                }
            }
        }
    }

    /** A loopback, and all ports: tasks are unprivileged, and the namespace is their own. */
    private void prepare(Path namespace) throws IOException, InterruptedException {
        var inside = NamespaceThread.Entry.network(namespace);
        Tool.require(thread, inside, List.of("ip", "link", "set", "lo", "up"), "");
        thread.call(inside, () -> Files.writeString(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start"), "0"));
    }

    /** What the job says wins over what the plug-ins say, and that over what the machine uses itself. */
    private static String resolvConf(Optional<DnsConfig> wish, SortedMap<String, Object> result) throws IOException {
        var found = CniResult.of(result, INTERFACE).dns();
        String machine = Files.exists(RESOLVERS.getFirst()) ? Files.readString(RESOLVERS.getFirst()) : "";
        var servers = wish.map(DnsConfig::servers)
                .filter(it -> !it.isEmpty())
                .or(() -> found.map(DnsConfig::servers))
                .orElse(List.of());
        if (servers.isEmpty()) {
            servers = machineServers();
        }
        if (servers.isEmpty() && wish.isEmpty()) {
            return machine;
        }
        var words = wish.or(() -> found);
        return ResolvConf.text(
                machine,
                "127.0.0.1",
                Optional.of(new DnsConfig(
                        servers,
                        words.map(DnsConfig::searches).orElse(List.of()),
                        words.map(DnsConfig::options).orElse(List.of()))));
    }

    /** Those that are reached from another network; a resolver on the machine's own loopback names its own elsewhere. */
    private static List<String> machineServers() throws IOException {
        for (Path file : RESOLVERS) {
            if (Files.exists(file)) {
                var servers = new ArrayList<String>();
                for (String line : Files.readAllLines(file)) {
                    var words = line.strip().split("\\s+", -1);
                    if (words.length > 1
                            && words[0].equals("nameserver")
                            && !words[1].startsWith("127.")
                            && !words[1].equals("::1")) {
                        servers.add(words[1]);
                    }
                }
                if (!servers.isEmpty()) {
                    return servers;
                }
            }
        }
        return List.of();
    }

    private Made made(AllocationId allocation, CniRecords.Kept kept) {
        var result = CniResult.of(kept.result().orElse(new TreeMap<>()), INTERFACE);
        return new Made(
                namespaceDirectory.resolve(allocation.value()),
                result.interfaceName(),
                result.address(),
                result.address6(),
                records.resolvConf(allocation),
                CniPlugins.publishes(kept.list()));
    }

    /** The network an earlier agent made, when it still exists. */
    public Optional<Made> adopt(AllocationId allocation) throws IOException {
        var kept = records.read(allocation);
        if (kept.filter(it -> it.result().isPresent()).isEmpty()
                || !Files.isDirectory(namespaceDirectory)
                || !new NetworkNamespaces(thread, namespaceDirectory).exists(allocation.value())) {
            return Optional.empty();
        }
        return Optional.of(made(allocation, kept.get()));
    }

    /** Lets the plug-ins undo what they made, and removes the namespace. Idempotent, also for what is half made. */
    public void destroy(AllocationId allocation) throws IOException, InterruptedException {
        var kept = records.read(allocation);
        if (kept.isEmpty()) {
            return;
        }
        plugins.delete(
                kept.get().list(),
                call(allocation, kept.get()),
                kept.get().result().orElse(new TreeMap<>()));
        if (Files.isDirectory(namespaceDirectory)) {
            new NetworkNamespaces(thread, namespaceDirectory).delete(allocation.value());
        }
        records.delete(allocation);
    }

    private void undo(AllocationId allocation) {
        try {
            destroy(allocation);
        } catch (IOException left) {
            LOG.log(Level.WARNING, "half-made network stays until the next start allocation=" + allocation, left);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Removes what belongs to none of these allocations, and what a reboot took from those; answers whose. To be called before
     * others remove namespaces.
     */
    public List<String> sweep(Set<AllocationId> live) throws IOException, InterruptedException {
        var removed = new ArrayList<String>();
        for (AllocationId allocation : records.all()) {
            if (!live.contains(allocation) || adopt(allocation).isEmpty()) {
                try {
                    destroy(allocation);
                    removed.add(allocation.value());
                } catch (IOException stays) {
                    LOG.log(
                            Level.WARNING,
                            "a network cannot be removed and is tried again at the next start allocation=" + allocation
                                    + " reason=" + stays.getMessage());
                }
            }
        }
        return removed;
    }

    /** Removes the directory of namespaces, when none is left in it. */
    public void removeDirectory() throws IOException {
        if (Files.isDirectory(namespaceDirectory)) {
            var namespaces = new NetworkNamespaces(thread, namespaceDirectory);
            if (namespaces.names().isEmpty()) {
                namespaces.removeDirectory();
            }
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
