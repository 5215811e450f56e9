package dev.steppe.scheduler;

import dev.steppe.model.AllocatedDevice;
import dev.steppe.model.DeviceInstance;
import dev.steppe.model.Node;
import dev.steppe.model.NodeCpu;
import dev.steppe.model.NodeDevice;
import dev.steppe.model.Numa;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.NodeUsage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The cores and devices that tasks have for themselves: whether a node has them free for one instance of a group, which
 * ones it gets, and whether they are close to each other where a task asks for that.
 */
final class HardwareFit {
    /** What an instance gets that asks for nothing. */
    static final Given NOTHING =
            new Given(Collections.emptySortedMap(), Collections.emptySortedMap(), Optional.empty());

    private static final String CORES = "cores";

    private static final String DEVICES = "devices: no devices match request";
    static final String PLACES = "numa-cores";

    private final List<Needs> tasks = new ArrayList<>();

    private Optional<Answer> latest = Optional.empty();

    private record Answer(Node node, NodeUsage usage, Outcome outcome) {}

    private record Needs(Task task, int cores, Numa numa, List<DeviceFit> devices) {}

    /** Cores and devices by task, and how much the devices are what affinities wish, where there are any. */
    record Given(
            SortedMap<String, List<Integer>> cores,
            SortedMap<String, List<AllocatedDevice>> devices,
            Optional<Double> score) {}

    /** What one instance gets on a node, or what is missing there. */
    sealed interface Outcome {
        record Fits(Given given) implements Outcome {}

        /** Its name in the counts, and on demand the sentence. */
        record Lacks(String key, Supplier<Refusal> refusal) implements Outcome {}
    }

    HardwareFit(TaskGroup group, boolean spreads) {
        for (Task task : group.tasks()) {
            var resources = task.resources();
            if (resources.cores() > 0 || !resources.devices().isEmpty()) {
                tasks.add(new Needs(
                        task,
                        resources.cores(),
                        resources.numa().orElseGet(() -> new Numa("none", List.of())),
                        resources.devices().stream()
                                .map(device -> new DeviceFit(device, spreads))
                                .toList()));
            }
        }
    }

    /** True when no task asks for cores or devices. */
    boolean isNone() {
        return tasks.isEmpty();
    }

    /** True when a device is asked for by what is unique to it. */
    boolean asksForIds() {
        return tasks.stream().anyMatch(needs -> needs.devices().stream().anyMatch(DeviceFit::asksForIds));
    }

    /** What the node does not have, whatever runs there: cores for one task alone, or a device that would do. */
    Optional<Refusal> neverFits(Node node) {
        return sharedCores(node)
                .or(() -> tasks.stream()
                        .flatMap(needs -> needs.devices().stream()
                                .filter(device -> !device.isThereAtAll(node))
                                .map(device -> Refusal.filtered(
                                        "missing devices",
                                        "device " + device.asked() + " of task \""
                                                + needs.task().name() + "\": the node has " + kinds(node))))
                        .findFirst());
    }

    private Optional<Refusal> sharedCores(Node node) {
        return Optional.ofNullable(node.spec().attributes().get(NodeCpu.SHARED_CORES))
                .flatMap(reason -> tasks.stream()
                        .filter(needs -> needs.cores() > 0)
                        .findFirst()
                        .map(needs -> Refusal.filtered(
                                CORES,
                                "cores: " + needs.cores() + " asked by task \""
                                        + needs.task().name() + "\", the node gives none to a task alone: " + reason)));
    }

    private static String kinds(Node node) {
        var kinds = node.spec().capacity().devices().stream()
                .map(kind -> kind.instances().stream()
                                .filter(NodeDevice.Instance::healthy)
                                .count() + " healthy \"" + kind.label() + "\"")
                .toList();
        return kinds.isEmpty() ? "no devices" : String.join(", ", kinds);
    }

    /** What an instance gets beside what is used. Whoever asks whether it fits often asks next what it gets. */
    Outcome on(Node node, NodeUsage usage) {
        if (tasks.isEmpty()) {
            return new Outcome.Fits(NOTHING);
        }
        if (latest.isEmpty() || latest.get().node() != node || latest.get().usage() != usage) {
            latest = Optional.of(new Answer(node, usage, find(node, usage)));
        }
        return latest.get().outcome();
    }

    private Outcome find(Node node, NodeUsage usage) {
        var taken = new Taken(usage, new TreeSet<>(usage.cores().keySet()), new TreeMap<>());
        var cores = new TreeMap<String, List<Integer>>();
        var devices = new TreeMap<String, List<AllocatedDevice>>();
        double score = 0;
        boolean scored = false;
        for (Needs needs : tasks) {
            var found = find(node, needs, taken);
            if (found.isEmpty()) {
                return new Outcome.Lacks(lack(node, needs, taken), () -> lacking(node, needs, taken));
            }
            taken.cores.addAll(found.get().cores());
            cores.put(needs.task().name(), found.get().cores());
            var given = new ArrayList<AllocatedDevice>();
            for (DeviceFit.Choice choice : found.get().devices()) {
                given.add(choice.given());
                score += choice.score();
                if (tasks.size() > 1) {
                    taken.add(choice.given());
                }
            }
            scored |= needs.devices().stream().anyMatch(DeviceFit::hasAffinities);
            devices.put(needs.task().name(), Collections.unmodifiableList(given));
        }
        return new Outcome.Fits(new Given(
                Collections.unmodifiableSortedMap(cores),
                Collections.unmodifiableSortedMap(devices),
                scored ? Optional.of(score) : Optional.empty()));
    }

    /** What is not free any more, while the tasks of one instance choose one after the other. */
    private record Taken(NodeUsage usage, TreeSet<Integer> cores, TreeMap<DeviceInstance, Integer> devices) {
        void add(AllocatedDevice given) {
            given.instances().forEach(it -> devices.merge(it, given.thousandths(), Integer::sum));
        }

        int free(DeviceInstance device) {
            return usage.free(device) - devices.getOrDefault(device, 0);
        }
    }

    private record Found(List<Integer> cores, List<DeviceFit.Choice> devices) {}

    private static Optional<Found> find(Node node, Needs needs, Taken taken) {
        var free = needs.cores() == 0 ? List.<Integer>of() : free(node, taken);
        if (!needs.numa().affinity().equals("none")) {
            for (NodeCpu.NumaNode place : places(node, free, needs.cores())) {
                var here = free.stream().filter(place.cores()::contains).toList();
                var found = find(node, needs, taken, here, Optional.of(place.id()));
                if (found.isPresent()) {
                    return found;
                }
            }
            if (needs.numa().affinity().equals("require")) {
                return Optional.empty();
            }
        }
        return find(node, needs, taken, free, Optional.empty());
    }

    private static List<Integer> free(Node node, Taken taken) {
        return node.spec().capacity().cpu().reservable().stream()
                .filter(core -> !taken.cores.contains(core))
                .toList();
    }

    /** Nodes of memory with enough free cores, the fullest first. */
    private static List<NodeCpu.NumaNode> places(Node node, List<Integer> free, int cores) {
        Comparator<NodeCpu.NumaNode> byRoom = Comparator.comparingLong(
                place -> free.stream().filter(place.cores()::contains).count());
        return node.spec().capacity().cpu().numaNodes().stream()
                .filter(place -> free.stream().filter(place.cores()::contains).count() >= cores)
                .sorted(byRoom.thenComparing(NodeCpu.NumaNode::id))
                .toList();
    }

    private static Optional<Found> find(
            Node node, Needs needs, Taken taken, List<Integer> free, Optional<Integer> numaNode) {
        if (free.size() < needs.cores()) {
            return Optional.empty();
        }
        var devices = new ArrayList<DeviceFit.Choice>();
        var inUse = new Taken(taken.usage, taken.cores, new TreeMap<>(taken.devices));
        for (DeviceFit device : needs.devices()) {
            boolean close = needs.numa().devices().contains(device.name());
            var choice = device.choose(node, inUse::free, instance -> !close || isNear(instance, numaNode));
            if (choice.isEmpty()) {
                return Optional.empty();
            }
            if (needs.devices().size() > 1) {
                inUse.add(choice.get().given());
            }
            devices.add(choice.get());
        }
        return Optional.of(new Found(free.subList(0, needs.cores()), devices));
    }

    /** A device that does not tell where it is, is not near. */
    private static boolean isNear(NodeDevice.Instance instance, Optional<Integer> numaNode) {
        return numaNode.isEmpty()
                || instance.locality()
                        .filter(place -> place.numaNode() == numaNode.get())
                        .isPresent();
    }

    private static String lack(Node node, Needs needs, Taken taken) {
        if (needs.cores() > 0 && free(node, taken).size() < needs.cores()) {
            return CORES;
        }
        boolean anywhere = needs.numa().affinity().equals("none");
        return anywhere || missing(node, needs, taken).isPresent() ? DEVICES : PLACES;
    }

    /** The first of the devices of which there are too few, wherever they are. */
    private static Optional<DeviceFit> missing(Node node, Needs needs, Taken taken) {
        var inUse = new Taken(taken.usage, taken.cores, new TreeMap<>(taken.devices));
        for (DeviceFit device : needs.devices()) {
            var choice = device.choose(node, inUse::free, it -> true);
            if (choice.isEmpty()) {
                return Optional.of(device);
            }
            inUse.add(choice.get().given());
        }
        return Optional.empty();
    }

    private static Refusal lacking(Node node, Needs needs, Taken taken) {
        String task = " of task \"" + needs.task().name() + "\"";
        return switch (lack(node, needs, taken)) {
            case CORES ->
                Refusal.exhausted(
                        CORES,
                        "cores: " + needs.cores() + " asked, "
                                + free(node, taken).size() + " free of "
                                + node.spec().capacity().cpu().reservable().size() + heldCores(taken.usage));
            case DEVICES -> {
                var device = missing(node, needs, taken).orElse(needs.devices().getLast());
                yield Refusal.exhausted(
                        DEVICES,
                        "device " + device.asked() + task + ": too few of " + device.known(node) + " are free"
                                + heldDevices(node, device, taken.usage));
            }
            default ->
                Refusal.exhausted(
                        PLACES,
                        "numa: no memory node has " + needs.cores() + " free cores"
                                + (needs.numa().devices().isEmpty()
                                        ? ""
                                        : " beside the devices " + needs.numa().devices())
                                + ", which numa { affinity = \"" + needs.numa().affinity() + "\" }" + task
                                + " asks for");
        };
    }

    private static String heldCores(NodeUsage usage) {
        var holders = new TreeSet<>(usage.cores().values());
        return holders.isEmpty() ? "" : ", the others are held by job " + String.join(", job ", holders);
    }

    private static String heldDevices(Node node, DeviceFit device, NodeUsage usage) {
        var holders = new TreeSet<String>();
        for (NodeDevice kind : node.spec().capacity().devices()) {
            if (device.meets(kind)) {
                usage.devices().forEach((instance, use) -> {
                    if (instance.kind().equals(kind.label())) {
                        holders.addAll(use.holders().keySet());
                    }
                });
            }
        }
        return holders.isEmpty() ? "" : ", the others are held by job " + String.join(", job ", holders);
    }
}
