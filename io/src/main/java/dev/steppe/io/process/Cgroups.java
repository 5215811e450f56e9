package dev.steppe.io.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How control groups are mounted on this machine, and the making of one group per task below a parent group. On hybrid
 * machines (version 1 controllers beside an empty version 2 tree) tasks have no group in the empty tree: joining a group of
 * version 2 makes the kernel wait for all processors, ten milliseconds and more, while version 1 has a way without that.
 */
public final class Cgroups {
    private static final List<String> VERSION_1_CONTROLLERS =
            List.of("cpu", "cpuacct", "cpuset", "memory", "pids", "systemd");
    private static final List<String> VERSION_2_CONTROLLERS = List.of("cpu", "cpuset", "memory", "pids");
    private static final long PERIOD_MICROS = 100_000;
    private static final long QUOTA_MIN_MICROS = 1_000;
    private static final String REAPERS = "reapers";
    private static final String HOLDER = "holder";
    private static final String CPUS = "cpuset.cpus";
    private static final String KEPT_MEMORY = "memory.low";
    private static final String MEMORY_NODES = "cpuset.mems";
    private static final Pattern PARENT = Pattern.compile("[A-Za-z0-9_.@\\\\-]+(/[A-Za-z0-9_.@\\\\-]+)*");

    private final SortedMap<String, Path> version1;
    private final Optional<Path> version2;
    private final String parent;
    /** What tasks without cores of their own run on; empty for all. Guarded by this. */
    private String shared = "";

    /** How much memory is kept for each task, where the kernel asks for that of the parent, too. Guarded by this. */
    private final TreeMap<String, Long> kept = new TreeMap<>();

    private Cgroups(SortedMap<String, Path> version1, Optional<Path> version2, String parent) {
        this.version1 = version1;
        this.version2 = version2;
        this.parent = parent;
    }

    /**
     * What a task may use. The kernel enforces memory and pids; cpu shares weigh when cpus are busy, and up to the reserved
     * memory a task keeps what it has when the machine runs short.
     *
     * @param cores how much of the processors a task gets at most, 0 for no limit
     * @param own the processors nobody else uses, as in {@code 0-2,5}; empty to share the others
     */
    public record Limits(long cpuShares, long memoryBytes, long pidsMax, long reservedBytes, double cores, String own) {
        public Limits {
            if (cpuShares <= 0 || memoryBytes <= 0 || pidsMax <= 0 || reservedBytes < 0 || cores < 0) {
                throw new IllegalArgumentException("limits must be positive: cpu shares " + cpuShares + ", memory "
                        + memoryBytes + ", pids " + pidsMax + ", reserved " + reservedBytes + ", cores " + cores);
            }
        }

        /** Nothing reserved, no limit of the processors. */
        public Limits(long cpuShares, long memoryBytes, long pidsMax) {
            this(cpuShares, memoryBytes, pidsMax, 0, 0, "");
        }

        /** The same with memory that is kept for the task. */
        public Limits reserving(long bytes) {
            return new Limits(cpuShares, memoryBytes, pidsMax, bytes, cores, own);
        }

        /** The same with so many processors at most. */
        public Limits stoppingAt(double processors) {
            return new Limits(cpuShares, memoryBytes, pidsMax, reservedBytes, processors, own);
        }

        /** The same on these processors, and nothing else there. */
        public Limits alone(String processors) {
            return new Limits(cpuShares, memoryBytes, pidsMax, reservedBytes, cores, processors);
        }
    }

    /** Reads the mounts of this machine; all groups will be made below {@code parent}, for example {@code steppe}. */
    public static Cgroups detect(String parent) throws IOException {
        return from(Files.readAllLines(Path.of("/proc/self/mounts")), parent);
    }

    /** The same from the lines of a file like /proc/self/mounts. */
    public static Cgroups from(List<String> mounts, String parent) {
        if (!isParent(parent)) {
            throw new IllegalArgumentException("cgroup parent must be a relative path: " + parent);
        }
        var version1 = new TreeMap<String, Path>();
        Optional<Path> version2 = Optional.empty();
        for (String line : mounts) {
            var fields = line.split(" ", -1);
            if (fields.length < 4) {
                continue;
            }
            var at = Path.of(fields[1]);
            if (fields[2].equals("cgroup2")) {
                version2 = Optional.of(at);
            } else if (fields[2].equals("cgroup")) {
                Arrays.stream(fields[3].split(","))
                        .map(option -> option.replace("name=", ""))
                        .filter(VERSION_1_CONTROLLERS::contains)
                        .forEach(controller -> version1.put(controller, at));
            }
        }
        return new Cgroups(version1, version2, parent);
    }

    /** True for what may be the parent of an agent's groups: a path without a leading slash, in the letters of units. */
    public static boolean isParent(String path) {
        return PARENT.matcher(path).matches() && !path.contains("..");
    }

    /** {@code 2}, {@code 1}, or {@code 0} when there are none; as the node attribute {@code os.cgroups.version}. */
    public int version() {
        if (!version1.isEmpty() && version1.keySet().stream().anyMatch(c -> !c.equals("systemd"))) {
            return 1;
        }
        return version2.isPresent() ? 2 : 0;
    }

    /** Where each controller of version 1 that limits or tracks tasks is mounted; empty with version 2 alone. */
    public SortedMap<String, Path> version1() {
        return Collections.unmodifiableSortedMap(version1);
    }

    /** Where the tree of version 2 is mounted. */
    public Optional<Path> version2() {
        return version2;
    }

    /** Where all the trees are mounted. */
    public Set<Path> roots() {
        var roots = new LinkedHashSet<Path>(version1.values());
        version2.ifPresent(roots::add);
        return roots;
    }

    /** The path of the parent group below each root. */
    public String parent() {
        return parent;
    }

    /** Makes the group of one task, with its limits set. The name must not be in use. */
    public TaskCgroup create(String name, Limits limits) throws IOException {
        var directories = new ArrayList<Path>();
        var created = new TaskCgroup(List.of());
        try {
            for (Path base : bases()) {
                Files.createDirectories(base);
                if (version2.isPresent() && base.startsWith(version2.get())) {
                    delegate(base);
                }
                directories.add(Files.createDirectory(base.resolve(name)));
                created = new TaskCgroup(List.copyOf(directories));
            }
            limit(created, limits);
            keepForAll(name, limits.reservedBytes());
            pin(created, limits.own());
            return created;
        } catch (IOException failed) {
            created.remove();
            throw failed;
        }
    }

    /** Version 2 keeps memory for a group only as far as for those above it: the parent has as much as all tasks together. */
    private synchronized void keepForAll(String created, long bytes) throws IOException {
        var base = version2.map(root -> root.resolve(parent));
        if (version() != 2 || !Files.exists(base.orElseThrow().resolve(KEPT_MEMORY))) {
            return;
        }
        kept.put(created, bytes);
        var names = existing();
        kept.keySet().retainAll(names);
        for (String name : names) {
            if (!kept.containsKey(name)) {
                kept.put(name, find(name).number(KEPT_MEMORY).orElse(0));
            }
        }
        long all = kept.values().stream().mapToLong(Long::longValue).sum();
        Files.writeString(base.get().resolve(KEPT_MEMORY), Long.toString(all));
    }

    /** Why no task can have processors that others are kept off; empty where groups say what runs where. */
    public Optional<String> sharesAll() {
        if (version() == 0) {
            return Optional.of("no control groups are mounted");
        }
        if (version() == 1) {
            var mount = Optional.ofNullable(version1.get("cpuset"));
            return mount.filter(Files::isWritable).isPresent()
                    ? Optional.empty()
                    : Optional.of(mount.map(at -> "the control groups of cpuset in " + at + " cannot be written to")
                            .orElse("the control groups have no cpuset"));
        }
        var root = version2.orElseThrow();
        String available;
        try {
            available = Files.readString(root.resolve("cgroup.controllers")).trim();
        } catch (IOException unreadable) {
            return Optional.of("the control groups in " + root + " cannot be read: " + unreadable.getMessage());
        }
        if (!List.of(available.split(" ")).contains("cpuset")) {
            return Optional.of("the control groups have no cpuset");
        }
        return Files.isWritable(root.resolve("cgroup.subtree_control"))
                ? Optional.empty()
                : Optional.of("the control groups in " + root + " cannot be written to");
    }

    /**
     * Tells all tasks but those named, which have processors of their own, what to run on from now on; empty for all that
     * tasks may use.
     */
    public synchronized void share(String processors, Set<String> apart) throws IOException {
        shared = processors;
        for (String name : existing()) {
            if (!apart.contains(name)) {
                pinUnlessGone(find(name));
            }
        }
    }

    /** A task that ends meanwhile takes its group along. */
    private void pinUnlessGone(TaskCgroup group) throws IOException {
        try {
            pin(group, "");
        } catch (IOException failed) {
            if (group.directories().stream().allMatch(Files::isDirectory)) {
                throw failed;
            }
        }
    }

    /** A group of version 1 can be joined only when its processors and memory are written down. */
    private synchronized void pin(TaskCgroup group, String own) throws IOException {
        String wanted = own.isEmpty() ? shared : own;
        for (Path directory : group.directories()) {
            if (!Files.exists(directory.resolve(CPUS))) {
                continue;
            }
            boolean version1Group = !Files.exists(directory.resolve("cgroup.controllers"));
            if (version1Group) {
                inherit(directory, MEMORY_NODES);
                // The parent of the first group has none to give yet, and a child gets nothing that its parent lacks.
                String all = inherited(directory.resolveSibling(CPUS));
                Files.writeString(directory.resolve(CPUS), wanted.isEmpty() ? all : wanted + "\n");
            } else if (!wanted.isEmpty()
                    || !Files.readString(directory.resolve(CPUS)).isBlank()) {
                Files.writeString(directory.resolve(CPUS), wanted + "\n");
            }
        }
    }

    /** Fills what is empty from the parent, whose own may be empty too. */
    private static void inherit(Path directory, String file) throws IOException {
        if (Files.readString(directory.resolve(file)).isBlank()) {
            Files.writeString(directory.resolve(file), inherited(directory.resolveSibling(file)));
        }
    }

    private static String inherited(Path file) throws IOException {
        String value = Files.readString(file);
        if (value.isBlank()) {
            Path above = Optional.ofNullable(file.getParent()).orElseThrow().resolveSibling(file.getFileName());
            value = inherited(above);
            Files.writeString(file, value);
        }
        return value;
    }

    /**
     * Groups the reapers join, so that stopping the agent's service does not take them along. An agent that is in no
     * service's group of version 2 spares them the slow joining there.
     */
    List<Path> reaperDirectories() throws IOException {
        var directories = new ArrayList<Path>();
        if (version2.isPresent() && !isInRootOfVersion2()) {
            directories.add(
                    Files.createDirectories(version2.get().resolve(parent).resolve(REAPERS)));
        }
        if (version1.containsKey("systemd")) {
            directories.add(Files.createDirectories(
                    version1.get("systemd").resolve(parent).resolve(REAPERS)));
        }
        return directories;
    }

    /** Moves a process that outlives the agent to the reapers, out of the group of the agent's service. */
    public void shelter(long pid) throws IOException {
        for (Path directory : reaperDirectories()) {
            Files.writeString(directory.resolve("cgroup.procs"), Long.toString(pid));
        }
    }

    private static boolean isInRootOfVersion2() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/cgroup")).contains("0::/");
    }

    /** The file of a group by which a process with one thread joins it: where there are two, the one that does not wait. */
    static Path joinFile(Path directory) {
        var quick = directory.resolve("tasks");
        return Files.exists(quick) ? quick : directory.resolve("cgroup.procs");
    }

    /** Names of the task groups that exist below the parent; reapers' group excluded. */
    public List<String> existing() throws IOException {
        var names = new java.util.TreeSet<String>();
        for (Path base : bases()) {
            if (!Files.isDirectory(base)) {
                continue;
            }
            try (var entries = Files.newDirectoryStream(base, Files::isDirectory)) {
                entries.forEach(entry -> names.add(entry.getFileName().toString()));
            }
        }
        names.remove(REAPERS);
        return List.copyOf(names);
    }

    /** The existing group of that name, with whatever directories it has. */
    public TaskCgroup find(String name) {
        return new TaskCgroup(bases().stream()
                .map(base -> base.resolve(name))
                .filter(Files::isDirectory)
                .toList());
    }

    /** Removes the parent group itself when nothing is in it any more, and those above it that are left empty. */
    public void removeParent() throws IOException {
        for (Path root : roots()) {
            var base = root.resolve(parent);
            TaskCgroup.removeWhenEmpty(base.resolve(REAPERS));
            TaskCgroup.removeWhenEmpty(base);
            for (Path above = base.getParent();
                    !above.equals(root) && !CgroupPlaces.isUnit(above) && isEmpty(above);
                    above = above.getParent()) {
                TaskCgroup.removeWhenEmpty(above);
            }
        }
    }

    /** The same where neither a task nor what else outlives the agent is in it; otherwise it stays for the next agent. */
    public void removeUnusedParent() throws IOException {
        boolean unused = existing().isEmpty();
        for (Path root : roots()) {
            unused &= isEmpty(root.resolve(parent).resolve(REAPERS));
        }
        if (unused) {
            removeParent();
        }
    }

    private static boolean isEmpty(Path group) throws IOException {
        if (!Files.isDirectory(group)) {
            return true;
        }
        try (var children = Files.newDirectoryStream(group, Files::isDirectory)) {
            return !children.iterator().hasNext()
                    && Files.readString(group.resolve("cgroup.procs")).isEmpty();
        }
    }

    /** Where tasks have groups. */
    private List<Path> bases() {
        var roots = new LinkedHashSet<Path>(version1.values());
        if (version() == 2) {
            version2.ifPresent(roots::add);
        }
        return roots.stream().map(root -> root.resolve(parent)).toList();
    }

    /** Version 2 gives controllers to children only when each ancestor passes them on. */
    private void delegate(Path base) throws IOException {
        var root = version2.orElseThrow();
        var available = Arrays.asList(
                Files.readString(root.resolve("cgroup.controllers")).trim().split(" "));
        var directory = root;
        emptyUnit(base);
        for (int depth = 0; depth <= root.relativize(base).getNameCount(); depth++) {
            var control = directory.resolve("cgroup.subtree_control");
            var enabled = Arrays.asList(Files.readString(control).trim().split(" "));
            for (String controller : VERSION_2_CONTROLLERS) {
                if (available.contains(controller) && !enabled.contains(controller)) {
                    Files.writeString(control, "+" + controller);
                }
            }
            if (!directory.equals(base)) {
                directory = directory.resolve(directory.relativize(base).getName(0));
            }
        }
    }

    /** A group with processes of its own cannot pass controllers on: what holds the place for tasks moves aside. */
    private static void emptyUnit(Path base) throws IOException {
        var unit = base.getParent();
        if (!CgroupPlaces.isOfTasks(unit)) {
            return;
        }
        for (String pid : Files.readAllLines(unit.resolve("cgroup.procs"))) {
            Files.writeString(Files.createDirectories(unit.resolve(HOLDER)).resolve("cgroup.procs"), pid);
        }
    }

    private static void limit(TaskCgroup group, Limits limits) throws IOException {
        // The kernel accepts 2..262144 shares and weights 1..10000; the mapping keeps 1024 shares at weight 39 as runc
        // does.
        long shares = Math.clamp(limits.cpuShares(), 2, 262_144);
        long weight = 1 + ((shares - 2) * 9999) / 262_142;
        group.writeIfPresent("cpu.shares", shares);
        group.writeIfPresent("cpu.weight", weight);
        group.writeIfPresent("memory.limit_in_bytes", limits.memoryBytes());
        group.writeIfPresent("memory.max", limits.memoryBytes());
        group.writeIfPresent("memory.swap.max", 0);
        if (limits.reservedBytes() > 0) {
            group.writeIfPresent("memory.soft_limit_in_bytes", limits.reservedBytes());
            group.writeIfPresent(KEPT_MEMORY, limits.reservedBytes());
        }
        if (limits.cores() > 0) {
            long quota = Math.max(QUOTA_MIN_MICROS, Math.round(limits.cores() * PERIOD_MICROS));
            group.writeIfPresent("cpu.cfs_period_us", PERIOD_MICROS);
            group.writeIfPresent("cpu.cfs_quota_us", quota);
            group.writeTextIfPresent("cpu.max", quota + " " + PERIOD_MICROS);
        }
        group.writeIfPresent("pids.max", limits.pidsMax());
    }
}
