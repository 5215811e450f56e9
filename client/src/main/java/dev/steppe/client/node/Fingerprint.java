package dev.steppe.client.node;

import dev.steppe.client.driver.Driver;
import dev.steppe.client.driver.DriverFingerprint;
import dev.steppe.client.settings.CapacitySettings;
import dev.steppe.io.linux.Signal;
import dev.steppe.model.AllocatedMemory;
import dev.steppe.model.DriverInfo;
import dev.steppe.model.HostNetwork;
import dev.steppe.model.HostVolume;
import dev.steppe.model.Ids;
import dev.steppe.model.NodeCapacity;
import dev.steppe.model.NodeCpu;
import dev.steppe.model.NodeDisk;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeReserved;
import dev.steppe.model.NodeSpec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What this machine is and has, under the published attribute names. Reads the system once per call; may block. */
public final class Fingerprint {
    /** The attribute that lists the modes a group's network can have on the node. */
    public static final String NETWORK_MODES = "network.modes";

    /** Assumed per core where the system does not tell its speed. */
    private static final double MEGA_HERTZ_UNKNOWN = 1_000;

    private static final long MEGABYTE = 1 << 20;

    private Fingerprint() {}

    /** What the configuration says about the node; the id counts where the node has none yet. */
    public record Settings(
            String datacenter,
            Optional<String> name,
            String nodeClass,
            String nodePool,
            SortedMap<String, String> meta,
            String httpAddress,
            Optional<String> networkInterface,
            String version,
            List<String> networkModes,
            SortedMap<String, String> networkPlugins,
            Optional<String> nodeId,
            Path stateDirectory,
            Path allocationDirectory,
            CapacitySettings capacity,
            Optional<String> sharedCores,
            Devices devices,
            SortedMap<String, HostNetwork> hostNetworks,
            SortedMap<String, HostVolume> hostVolumes) {}

    public static NodeSpec take(Settings settings, List<Driver> drivers, Instant now) throws IOException {
        var attributes = new TreeMap<String, String>();
        var capacity = capacity(settings, attributes);
        system(settings, attributes);
        var networks = MachineNetworks.read().reachedAt(NodeSpec.host(settings.httpAddress()));
        networks.describe(settings.networkInterface(), attributes);
        var infos = drivers(drivers, now);
        infos.values().stream().filter(DriverInfo::detected).forEach(found -> attributes.putAll(found.attributes()));
        String name = settings.name().orElse(attributes.getOrDefault("unique.hostname", "unnamed"));
        return new NodeSpec(
                nodeId(settings),
                settings.datacenter(),
                name,
                settings.httpAddress(),
                Collections.unmodifiableSortedMap(attributes),
                capacity.withNetworks(networks.offered(settings.networkInterface())),
                new NodeReserved(
                        new NodeReserved.Ports(settings.capacity().reserved().ports())),
                settings.meta(),
                settings.nodeClass(),
                settings.nodePool(),
                infos,
                networks.named(settings.hostNetworks()),
                volumes(settings.hostVolumes()));
    }

    private static SortedMap<String, HostVolume> volumes(SortedMap<String, HostVolume> configured) throws IOException {
        for (HostVolume volume : configured.values()) {
            if (!Files.isDirectory(Path.of(volume.path()))) {
                throw new NoSuchFileException("client { host_volume \"" + volume.name() + "\" { path = \""
                        + volume.path() + "\" } }: there is no such directory; make it, or remove the volume");
            }
        }
        return configured;
    }

    /** What the drivers say of themselves now. */
    static SortedMap<String, DriverInfo> drivers(List<Driver> drivers, Instant now) {
        var infos = new TreeMap<String, DriverInfo>();
        for (Driver driver : drivers) {
            DriverFingerprint found = driver.fingerprint();
            infos.put(
                    driver.name(),
                    new DriverInfo(found.attributes(), found.detected(), found.healthy(), found.description(), now));
        }
        return Collections.unmodifiableSortedMap(infos);
    }

    /** The node's id, made once and kept with its data. */
    private static NodeId nodeId(Settings settings) throws IOException {
        return nodeId(settings.stateDirectory(), settings.nodeId());
    }

    /** What the machine calls itself. */
    public static String machineName() throws IOException {
        String host = read("/proc/sys/kernel/hostname").strip();
        return host.isEmpty() ? "localhost" : host;
    }

    /** The id of the node that keeps its state there; made, as said or by chance, when there is none yet. */
    public static NodeId nodeId(Path stateDirectory, Optional<String> said) throws IOException {
        Path file = stateDirectory.resolve("client-id");
        if (Files.exists(file)) {
            return new NodeId(Files.readString(file).strip());
        }
        var id = new NodeId(said.orElseGet(() -> Ids.random(new SecureRandom())));
        Files.createDirectories(stateDirectory);
        // whole and on the disk before anybody learns of it: a power cut must not make it another node, or none
        var draft = stateDirectory.resolve("client-id.draft");
        Files.writeString(draft, id.value());
        force(draft);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        force(stateDirectory);
        return id;
    }

    private static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** What there is to give: what the machine has, or the configuration says instead, less what is reserved. */
    private static NodeCapacity capacity(Settings settings, SortedMap<String, String> attributes) throws IOException {
        var said = settings.capacity();
        var cpu = cpu(attributes);
        long megaHertz = said.cpu().orElse(cpu.megaHertz());
        attributes.put("cpu.totalcompute", Long.toString(megaHertz));
        long memoryMb = said.memoryMb().orElse(memory(attributes));
        long diskMb = said.diskMb().orElse(disk(settings.allocationDirectory(), attributes));
        var processors = Processors.read(Path.of("/"));
        var ofTasks = processors.reservable(said);
        // what is said to be there is taken at its word
        long ofCores = said.cpu().isPresent() ? megaHertz : processors.share(megaHertz, ofTasks);
        var reservable = settings.sharedCores().isPresent() ? List.<Integer>of() : ofTasks;
        processors.describe(reservable, attributes);
        settings.sharedCores().ifPresent(why -> attributes.put(NodeCpu.SHARED_CORES, why));
        long usable = Math.max(0, ofCores - said.reserved().cpu());
        attributes.put("cpu.usablecompute", Long.toString(usable));
        return new NodeCapacity(
                new NodeCpu(usable, cpu.cores(), reservable, processors.numaNodes()),
                new AllocatedMemory(Math.max(0, memoryMb - said.reserved().memoryMb()), 0),
                new NodeDisk(Math.max(0, diskMb - said.reserved().diskMb())),
                List.of(),
                settings.devices().kinds(),
                said.minDynamicPort(),
                said.maxDynamicPort());
    }

    /** The cores that tasks may run on, whether some may have them for themselves or not. */
    public static List<Integer> coresOfTasks(CapacitySettings said) throws IOException {
        return Processors.read(Path.of("/")).reservable(said);
    }

    private static NodeCpu cpu(SortedMap<String, String> attributes) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        double perCore = 0;
        String model = "";
        for (String line : read("/proc/cpuinfo").split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.startsWith("cpu MHz")) {
                perCore = Math.max(
                        perCore, Double.parseDouble(line.substring(colon + 1).strip()));
            } else if (colon > 0 && line.startsWith("model name")) {
                model = line.substring(colon + 1).strip();
            }
        }
        long total = Math.round((perCore == 0 ? MEGA_HERTZ_UNKNOWN : perCore) * cores);
        attributes.put("cpu.arch", System.getProperty("os.arch"));
        attributes.put("cpu.modelname", model);
        attributes.put("cpu.numcores", Integer.toString(cores));
        attributes.put("cpu.frequency", Long.toString(Math.round(perCore)));
        attributes.put("cpu.totalcompute", Long.toString(total));
        return new NodeCpu(total, cores);
    }

    private static long memory(SortedMap<String, String> attributes) throws IOException {
        long bytes = 0;
        for (String line : read("/proc/meminfo").split("\n", -1)) {
            if (line.startsWith("MemTotal:")) {
                bytes = Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        if (bytes == 0) {
            bytes = Runtime.getRuntime().maxMemory();
        }
        attributes.put("memory.totalbytes", Long.toString(bytes));
        return bytes / MEGABYTE;
    }

    private static long disk(Path directory, SortedMap<String, String> attributes) throws IOException {
        var store = Files.getFileStore(directory);
        attributes.put("unique.storage.volume", store.name());
        attributes.put("unique.storage.bytestotal", Long.toString(store.getTotalSpace()));
        attributes.put("unique.storage.bytesfree", Long.toString(store.getUsableSpace()));
        return store.getUsableSpace() / MEGABYTE;
    }

    private static void system(Settings settings, SortedMap<String, String> attributes) throws IOException {
        attributes.put("kernel.name", System.getProperty("os.name").toLowerCase(java.util.Locale.ROOT));
        attributes.put("kernel.version", System.getProperty("os.version"));
        attributes.put(
                "kernel.arch",
                System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch"));
        attributes.put("arch", System.getProperty("os.arch"));
        for (String line : read("/etc/os-release").split("\n", -1)) {
            if (line.startsWith("ID=")) {
                attributes.put("os.name", line.substring(3).replace("\"", ""));
            } else if (line.startsWith("VERSION_ID=")) {
                attributes.put("os.version", line.substring(11).replace("\"", ""));
            }
        }
        attributes.put("unique.hostname", machineName());
        attributes.put("nomad.version", settings.version());
        attributes.put("steppe.version", settings.version());
        attributes.put(NETWORK_MODES, String.join(",", settings.networkModes()));
        settings.networkPlugins().forEach((name, version) -> attributes.put("plugins.cni.version." + name, version));
        attributes.put("os.signals", signals());
        attributes.put("kernel.kvm", Files.isWritable(Path.of("/dev/kvm")) ? "1" : "0");
        boolean unified = Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
        attributes.put("os.cgroups.version", unified ? "2" : "1");
        attributes.put("unique.cgroup.mountpoint", "/sys/fs/cgroup");
        attributes.put("unique.cgroup.version", unified ? "v2" : "v1");
    }

    private static String signals() {
        return Arrays.stream(Signal.values()).map(Signal::name).collect(Collectors.joining(","));
    }

    private static String read(String file) throws IOException {
        Path path = Path.of(file);
        return Files.isReadable(path) ? Files.readString(path) : "";
    }
}
