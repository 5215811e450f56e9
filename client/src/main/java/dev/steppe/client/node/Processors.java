package dev.steppe.client.node;

import dev.steppe.client.settings.CapacitySettings;
import dev.steppe.model.NodeCpu;
import dev.steppe.model.NumberRanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.regex.Pattern;

/** The cores of a machine by their numbers, and which are close to which memory, below {@code /proc} and {@code /sys}. */
record Processors(List<Integer> usable, List<NodeCpu.NumaNode> numaNodes) {
    private static final Pattern NODE = Pattern.compile("node([0-9]{1,4})");

    /** Those the agent itself may use: a container may be given some of the machine's. */
    static Processors read(Path root) throws IOException {
        var usable = new ArrayList<Integer>();
        Path status = root.resolve("proc/self/status");
        if (Files.isReadable(status)) {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("Cpus_allowed_list:")) {
                    usable.addAll(numbers(line.substring(line.indexOf(':') + 1).strip()));
                }
            }
        }
        if (usable.isEmpty()) {
            for (int core = 0; core < Runtime.getRuntime().availableProcessors(); core++) {
                usable.add(core);
            }
        }
        return new Processors(List.copyOf(usable), numaNodes(root, usable));
    }

    private static List<NodeCpu.NumaNode> numaNodes(Path root, List<Integer> usable) throws IOException {
        var nodes = new ArrayList<NodeCpu.NumaNode>();
        Path folder = root.resolve("sys/devices/system/node");
        if (Files.isDirectory(folder)) {
            try (var entries = Files.newDirectoryStream(folder, "node*")) {
                for (Path entry : entries) {
                    var name = NODE.matcher(entry.getFileName().toString());
                    Path list = entry.resolve("cpulist");
                    if (name.matches() && Files.isReadable(list)) {
                        var cores = numbers(Files.readString(list).strip()).stream()
                                .filter(usable::contains)
                                .toList();
                        nodes.add(new NodeCpu.NumaNode(Integer.parseInt(name.group(1)), cores));
                    }
                }
            }
        }
        nodes.sort(Comparator.comparingInt(NodeCpu.NumaNode::id));
        return List.copyOf(nodes);
    }

    /** Those that tasks may have: of the named ones, or all, without those kept for the machine. */
    List<Integer> reservable(CapacitySettings said) {
        return usable.stream()
                .filter(core -> said.reservableCores()
                        .map(named -> named.contains(core))
                        .orElse(true))
                .filter(core -> !said.reserved().cores().contains(core))
                .toList();
    }

    /** What some of the cores have of all megahertz: tasks that run on these alone have no more. */
    long share(long megaHertz, List<Integer> cores) {
        return usable.isEmpty() ? megaHertz : megaHertz * cores.size() / usable.size();
    }

    /** The published words about them. */
    void describe(List<Integer> reservable, SortedMap<String, String> attributes) {
        attributes.put("cpu.reservablecores", Integer.toString(reservable.size()));
        attributes.put("numa.node.count", Integer.toString(numaNodes.size()));
        numaNodes.forEach(node -> attributes.put("numa.node" + node.id() + ".cores", text(node.cores())));
    }

    private static List<Integer> numbers(String list) {
        var numbers = new ArrayList<Integer>();
        for (NumberRanges.Range range : NumberRanges.parse(list).ranges()) {
            for (int number = range.first(); number <= range.last(); number++) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    /** As the kernel and tasks write it: {@code 0-2,5}. */
    static String text(List<Integer> cores) {
        var sorted = cores.stream().distinct().sorted().toList();
        var text = new StringBuilder();
        for (int i = 0; i < sorted.size(); i++) {
            int first = sorted.get(i);
            while (i + 1 < sorted.size() && sorted.get(i + 1) == sorted.get(i) + 1) {
                i++;
            }
            text.append(text.isEmpty() ? "" : ",").append(first);
            if (sorted.get(i) > first) {
                text.append('-').append(sorted.get(i));
            }
        }
        return text.toString();
    }
}
