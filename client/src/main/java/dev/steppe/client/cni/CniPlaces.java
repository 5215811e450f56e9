package dev.steppe.client.cni;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a machine has its plug-ins and the networks they make. Looked at each time, so that a network can be added while the
 * agent runs.
 */
public record CniPlaces(List<Path> programs, Path networks) {
    /** Where plug-ins are unless the configuration says otherwise: their makers' place, and that of Debian's package. */
    public static final String USUAL_PROGRAMS = "/opt/cni/bin:/usr/lib/cni";

    /** Where networks are written down unless the configuration says otherwise. */
    public static final String USUAL_NETWORKS = "/opt/cni/config";

    private static final System.Logger LOG = System.getLogger(CniPlaces.class.getName());
    private static final List<String> ENDINGS = List.of(".conflist", ".conf", ".json");

    public CniPlaces {
        programs = List.copyOf(programs);
    }

    /** From a list of directories with colons between them, and a directory. */
    public static CniPlaces of(String programs, String networks) {
        var found = new ArrayList<Path>();
        for (String place : programs.split(":", -1)) {
            if (!place.isEmpty()) {
                found.add(Path.of(place));
            }
        }
        return new CniPlaces(found, Path.of(networks));
    }

    /** The networks by name; of two files with the same one the first counts. A file that cannot be read is passed over. */
    SortedMap<String, CniList> lists() throws IOException {
        var found = new TreeMap<String, CniList>();
        for (Path file : entries(networks)) {
            if (ENDINGS.stream().noneMatch(file.getFileName().toString()::endsWith)) {
                continue;
            }
            try {
                var list = CniList.read(file);
                found.putIfAbsent(list.name(), list);
            } catch (IOException unreadable) {
                LOG.log(Level.WARNING, "a CNI network cannot be used reason=" + unreadable.getMessage());
            }
        }
        return found;
    }

    /** All plug-ins by name; of two with the same one the first counts. */
    SortedMap<String, Path> plugins() throws IOException {
        var found = new TreeMap<String, Path>();
        for (Path place : programs) {
            for (Path file : entries(place)) {
                if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                    found.putIfAbsent(file.getFileName().toString(), file);
                }
            }
        }
        return found;
    }

    Optional<Path> program(String type) {
        return programs.stream()
                .map(place -> place.resolve(type))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** As plug-ins are told where others are. */
    String path() {
        return String.join(":", programs.stream().map(Path::toString).toList());
    }

    private static List<Path> entries(Path directory) throws IOException {
        var found = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        } catch (NoSuchFileException | NotDirectoryException none) {
            return List.of();
        }
        found.sort(Path::compareTo);
        return found;
    }
}
