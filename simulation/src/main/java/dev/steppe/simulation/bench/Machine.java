package dev.steppe.simulation.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a machine holds of one agent and its tasks: counts by kind, so that two looks can be compared. */
final class Machine {
    static final String DESCRIPTORS = "descriptors of the agent";

    private static final String DIRECTORIES = "allocation directories";
    private static final String NAMESPACES = "network namespaces";
    private static final String GROUPS = "control groups";
    private static final String RECORDS = "network records";
    private static final String PROCESSES = "processes";

    /** Of these an agent without allocations has none. */
    static final Set<String> OF_ALLOCATIONS = Set.of(DIRECTORIES, GROUPS, NAMESPACES, RECORDS, PROCESSES);

    private static final Path CONTROL_GROUPS = Path.of("/sys/fs/cgroup");
    private static final int GROUP_DEPTH = 4;

    private Machine() {}

    /** Everything that allocations use on the machine. */
    static Map<String, Long> look(BenchAgent agent) throws IOException, InterruptedException {
        var data = agent.data().toString();
        var found = new TreeMap<String, Long>();
        found.put(DIRECTORIES, entries(agent.data().resolve("alloc")));
        var groups = controlGroups(agent);
        found.put(
                GROUPS,
                groups.stream()
                        .filter(group -> !group.endsWith("reapers")
                                && !group.getFileName().toString().startsWith("steppe-"))
                        .count());
        found.put(DESCRIPTORS, entries(Path.of("/proc/" + agent.pid() + "/fd")));
        found.put(
                "interfaces",
                said(List.of("ip", "-o", "link"))
                        .lines()
                        .filter(line -> line.contains(agent.bridge()))
                        .count());
        found.put("mounts", mounts(data, "self") + mounts(data, Long.toString(agent.pid())));
        found.put(NAMESPACES, entries(agent.data().resolve("run/netns")));
        found.put(RECORDS, entries(agent.data().resolve("run/networks")));
        found.put(PROCESSES, processes(groups));
        found.put("words of packet filter rules", (long)
                said(List.of("nft", "list", "table", "ip", agent.bridge())).split("\\s+", -1).length);
        found.put("zombies of the agent", zombies(agent.pid()));
        return found;
    }

    private static long entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.count();
        } catch (NoSuchFileException none) {
            return 0;
        }
    }

    /** The agent's own groups and those below, the outer ones first. */
    static List<Path> controlGroups(BenchAgent agent) throws IOException {
        var parent = "/steppe-" + Integer.toHexString(agent.data().toString().hashCode()) + "/";
        try (Stream<Path> groups = Files.find(
                CONTROL_GROUPS,
                GROUP_DEPTH,
                (path, attributes) -> attributes.isDirectory() && (path + "/").contains(parent))) {
            return groups.sorted().toList();
        }
    }

    /** Each task and its reaper is in a group of the agent, whatever it calls itself. */
    private static long processes(List<Path> groups) throws IOException {
        var found = new TreeSet<String>();
        for (Path group : groups) {
            try {
                found.addAll(Files.readAllLines(group.resolve("cgroup.procs")));
            } catch (NoSuchFileException gone) {
                // it ended meanwhile
            }
        }
        return found.size();
    }

    private static long mounts(String data, String process) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process + "/mountinfo"))) {
            return lines.filter(line -> line.contains(data)).count();
        }
    }

    private static long zombies(long agent) {
        return ProcessHandle.of(agent).stream()
                .flatMap(ProcessHandle::children)
                .filter(child -> ProcessMemory.commandLine(child.pid()).isEmpty())
                .count();
    }

    /** What a command prints; what it says when it fails as well. */
    static String said(List<String> command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
