package dev.steppe.io.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Where in the trees of control groups an agent has its own. Under systemd the groups belong to the manager, but for those
 * of units that delegate theirs: a unit {@code steppe-tasks.service} beside {@code steppe.service} holds a place for what
 * outlives the agent. Paths are relative to the roots of the trees.
 */
public final class CgroupPlaces {
    private static final String SERVICE = ".service";
    private static final String OF_TASKS = "-tasks.service";
    private static final String SLICE = ".slice";

    private final List<Path> roots;
    private final List<String> own;

    /**
     * @param roots where the trees are mounted
     * @param own the groups of this process, as the lines of /proc/self/cgroup
     */
    CgroupPlaces(Collection<Path> roots, List<String> own) {
        this.roots = List.copyOf(roots);
        this.own = List.copyOf(own);
    }

    /** Those of this machine and this process. */
    public static CgroupPlaces detect() throws IOException {
        return new CgroupPlaces(Cgroups.detect("any").roots(), Files.readAllLines(Path.of("/proc/self/cgroup")));
    }

    /**
     * The parent for groups of that owner: below the group that is configured, else below the unit for tasks that belongs
     * to the service this process runs in, else at the root.
     */
    public String forNew(String owner, Optional<String> configured) {
        return configured
                .or(this::unitOfTasks)
                .map(above -> above + "/" + owner)
                .orElse(owner);
    }

    /** The parent that owner's groups have, whoever made them; where there are none, the one they would get. */
    public String existing(String owner, Optional<String> configured) throws IOException {
        var wanted = forNew(owner, configured);
        if (isThere(wanted)) {
            return wanted;
        }
        for (Path root : roots) {
            var found = below(root, root, owner);
            if (found.isPresent()) {
                return found.get();
            }
        }
        return wanted;
    }

    /** True for groups that may hold groups of agents: slices, and units for tasks. */
    public static boolean mayHold(String name) {
        return name.endsWith(SLICE) || name.endsWith(OF_TASKS);
    }

    /** True for the group of a unit that is the place of tasks. */
    static boolean isOfTasks(Path group) {
        return String.valueOf(group.getFileName()).endsWith(OF_TASKS);
    }

    /** True for groups whose names say that they are the service manager's. */
    static boolean isUnit(Path group) {
        var name = String.valueOf(group.getFileName());
        return name.endsWith(SLICE) || name.endsWith(SERVICE) || name.endsWith(".scope");
    }

    private static Optional<String> below(Path root, Path directory, String owner) throws IOException {
        if (Files.isDirectory(directory.resolve(owner))) {
            return Optional.of(root.relativize(directory.resolve(owner)).toString());
        }
        var names = new TreeSet<String>();
        try (var entries = Files.newDirectoryStream(directory, Files::isDirectory)) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        }
        for (String name : names) {
            var found = mayHold(name) ? below(root, directory.resolve(name), owner) : Optional.<String>empty();
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<String> unitOfTasks() {
        return own.stream()
                .map(line -> line.substring(line.indexOf(":/") + 2))
                .filter(group -> group.endsWith(SERVICE))
                .map(group -> group.substring(0, group.length() - SERVICE.length()) + OF_TASKS)
                .filter(this::isThere)
                .findFirst();
    }

    private boolean isThere(String group) {
        return roots.stream().anyMatch(root -> Files.isDirectory(root.resolve(group)));
    }
}
