package dev.steppe.client.network;

import dev.steppe.model.AllocationId;
import dev.steppe.model.PortMapping;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** One file per allocation with what its network is, so that the next agent adopts it. Emptied by a reboot, as are networks. */
final class NetworkRecords {
    private static final String SUFFIX = ".network";

    private final Path directory;

    NetworkRecords(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    void write(AllocationNetwork network) throws IOException {
        var values = new Properties();
        values.setProperty("namespace", network.namespace().toString());
        values.setProperty("interface", network.interfaceName());
        values.setProperty("address", network.address());
        network.address6().ifPresent(address -> values.setProperty("address_ipv6", address));
        values.setProperty("gateway", network.gateway());
        values.setProperty("resolv_conf", network.resolvConf().toString());
        values.setProperty("host_interface", network.hostInterface());
        for (int index = 0; index < network.ports().size(); index++) {
            var port = network.ports().get(index);
            values.setProperty(
                    "port." + index, port.value() + " " + port.to() + " " + port.hostIp() + " " + port.label());
        }
        var fresh = directory.resolve(network.allocation() + ".new");
        try (var writer = Files.newBufferedWriter(fresh)) {
            values.store(writer, null);
        }
        try {
            Files.move(fresh, file(network.allocation()), StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException never) {
            throw new IOException("the run directory " + directory + " cannot rename files", never);
        }
    }

    Optional<AllocationNetwork> read(AllocationId allocation) throws IOException {
        var values = new Properties();
        try (var reader = Files.newBufferedReader(file(allocation))) {
            values.load(reader);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        var ports = new ArrayList<PortMapping>();
        for (int index = 0; values.containsKey("port." + index); index++) {
            var fields = values.getProperty("port." + index, "").split(" ", 4);
            ports.add(new PortMapping(fields[3], Integer.parseInt(fields[0]), Integer.parseInt(fields[1]), fields[2]));
        }
        return Optional.of(new AllocationNetwork(
                allocation,
                Path.of(required(values, "namespace", allocation)),
                required(values, "interface", allocation),
                required(values, "address", allocation),
                Optional.ofNullable(values.getProperty("address_ipv6")),
                required(values, "gateway", allocation),
                Path.of(required(values, "resolv_conf", allocation)),
                required(values, "host_interface", allocation),
                ports));
    }

    /** All records, the oldest first. */
    List<AllocationNetwork> all() throws IOException {
        var files = new ArrayList<Aged>();
        try (var entries = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path entry : entries) {
                files.add(new Aged(entry, Files.getLastModifiedTime(entry)));
            }
        } catch (NoSuchFileException changing) {
            return Files.exists(directory) ? all() : List.of();
        }
        files.sort(Comparator.comparing(Aged::changed).thenComparing(Aged::file));
        var found = new ArrayList<AllocationNetwork>();
        for (Aged aged : files) {
            var name = aged.file().getFileName().toString();
            read(new AllocationId(name.substring(0, name.length() - SUFFIX.length())))
                    .ifPresent(found::add);
        }
        return found;
    }

    private record Aged(Path file, FileTime changed) {}

    void delete(AllocationId allocation) throws IOException {
        Files.deleteIfExists(file(allocation));
        Files.deleteIfExists(resolvConf(allocation));
    }

    Path resolvConf(AllocationId allocation) {
        return directory.resolve(allocation + ".resolv.conf");
    }

    void removeDirectory() throws IOException {
        Files.deleteIfExists(directory);
    }

    private Path file(AllocationId allocation) {
        return directory.resolve(allocation + SUFFIX);
    }

    private static String required(Properties values, String key, AllocationId allocation) throws IOException {
        var value = values.getProperty(key);
        if (value == null) {
            throw new IOException("the network record of allocation " + allocation + " has no " + key);
        }
        return value;
    }
}
