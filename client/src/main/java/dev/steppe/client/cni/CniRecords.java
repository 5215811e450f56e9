package dev.steppe.client.cni;

import dev.steppe.model.AllocationId;
import dev.steppe.model.PortMapping;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One file per network with how it was made and what came of it, among what outlives a reboot: plug-ins keep addresses on
 * disk, and have to be told by the same words that one is free.
 */
final class CniRecords {
    private static final String SUFFIX = ".json";

    private final Path directory;

    CniRecords(Path directory) {
        this.directory = directory;
    }

    /** How a network is made, and what the plug-ins said; no answer yet where they may be in the middle of it. */
    record Kept(CniList list, String arguments, List<PortMapping> ports, Optional<SortedMap<String, Object>> result) {}

    void write(AllocationId allocation, Kept kept) throws IOException {
        Files.createDirectories(directory);
        var json = new TreeMap<String, Object>(Map.of(
                "Network",
                kept.list.shape(),
                "Arguments",
                kept.arguments,
                "Ports",
                kept.ports.stream()
                        .map(port -> port.value() + " " + port.to() + " " + port.hostIp() + " " + port.label())
                        .toList()));
        kept.result.ifPresent(result -> json.put("Result", result));
        var fresh = directory.resolve(allocation + ".new");
        Files.write(fresh, Codec.toJsonBytes(json, true));
        Files.move(fresh, file(allocation), StandardCopyOption.ATOMIC_MOVE);
    }

    Optional<Kept> read(AllocationId allocation) throws IOException {
        try {
            var json = CniList.map(Codec.fromJson(Object.class, Files.readAllBytes(file(allocation))))
                    .orElseThrow(() -> new IllegalArgumentException("is no JSON object"));
            var ports = new ArrayList<PortMapping>();
            if (json.getOrDefault("Ports", List.of()) instanceof List<?> lines) {
                for (Object line : lines) {
                    var fields = String.valueOf(line).split(" ", 4);
                    ports.add(new PortMapping(
                            fields[3], Integer.parseInt(fields[0]), Integer.parseInt(fields[1]), fields[2]));
                }
            }
            return Optional.of(new Kept(
                    CniList.of(json.getOrDefault("Network", "")),
                    CniList.text(json, "Arguments").orElse(""),
                    List.copyOf(ports),
                    CniList.map(json.getOrDefault("Result", ""))));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (CodecException | IllegalArgumentException | ArrayIndexOutOfBoundsException damaged) {
            throw new IOException(file(allocation) + " is damaged: " + damaged.getMessage(), damaged);
        }
    }

    /** All networks that were begun and not removed. */
    TreeSet<AllocationId> all() throws IOException {
        var found = new TreeSet<AllocationId>();
        try (var entries = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path entry : entries) {
                var name = entry.getFileName().toString();
                found.add(new AllocationId(name.substring(0, name.length() - SUFFIX.length())));
            }
        } catch (NoSuchFileException none) {
            return found;
        }
        return found;
    }

    void delete(AllocationId allocation) throws IOException {
        Files.deleteIfExists(file(allocation));
        Files.deleteIfExists(resolvConf(allocation));
    }

    Path resolvConf(AllocationId allocation) {
        return directory.resolve(allocation + ".resolv.conf");
    }

    private Path file(AllocationId allocation) {
        return directory.resolve(allocation + SUFFIX);
    }
}
