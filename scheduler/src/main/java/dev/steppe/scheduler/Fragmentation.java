package dev.steppe.scheduler;

import dev.steppe.model.AllocatedDevice;
import dev.steppe.model.DeviceAttribute;
import dev.steppe.model.DeviceInstance;
import dev.steppe.model.Node;
import dev.steppe.model.NodeDevice;
import dev.steppe.model.RequestedDevice;
import dev.steppe.state.Demand;
import dev.steppe.state.NodeUsage;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * How much of what is free of a node's devices would be of no use any more. For a shape of demand, all that is free is a
 * fragment where the shape does not fit, and else the devices with too little left for it; a node's fragment is the mean over
 * what the jobs ask for. Of all nodes, the one whose fragment grows least is the best.
 *
 * <p>The rule is fragmentation gradient descent (Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with
 * Fragmentation Gradient Descent", USENIX ATC 2023). What differs: the demand is not known beforehand but learned from the jobs
 * there are, only from what asks for devices; memory counts beside processors; among nodes nearly as good the fuller one wins;
 * a share goes to the fullest device where it fits; and what asks for no device goes where none is, by {@link Alignment}.
 */
final class Fragmentation {
    /** So many shapes of demand are looked at, the most frequent. */
    private static final int SHAPES_MAX = 300;

    /** Among nodes that differ by less than this, in thousandths of a device, the fuller one is the better. */
    private static final double TIE = 50;

    /** What a large machine has, against which the rest of a node is measured: MHz, and thousandths of devices. */
    private static final double LARGE_CPU = 128_000;

    private static final double LARGE_DEVICES = 8_000;

    private final Wish[] wishes;
    /** All that any request needs of a device, in thousandths, in order. */
    private final int[] amounts;

    private final int requests;
    private final boolean byIds;
    private final Map<Kind, boolean[]> reaches = new HashMap<>();

    /**
     * A shape with its part of all demand; its requests are numbered among all from {@code first} on, and what they need of a
     * device is told by its place in {@link #amounts}.
     */
    private record Wish(
            Demand.Shape shape, double weight, List<DeviceFit> devices, int first, int[] counts, int[] needs) {}

    /** What decides whether devices meet a request. */
    private record Kind(
            String label, SortedMap<String, DeviceAttribute> attributes, List<NodeDevice.Instance> instances) {}

    /**
     * What is free on a node.
     *
     * @param free thousandths of each healthy device, kind after kind
     * @param ends where in that each kind ends
     * @param reaches for each kind, which requests it meets
     */
    private record Rest(long cpu, long memory, int[] free, int[] ends, boolean[][] reaches) {
        long total() {
            long sum = 0;
            for (int each : free) {
                sum += each;
            }
            return sum;
        }
    }

    /** Empty where operators chose another algorithm. */
    static Optional<Fragmentation> of(Snapshot snapshot) {
        return snapshot.schedulerConfiguration().defragments()
                ? Optional.of(new Fragmentation(snapshot.demand()))
                : Optional.empty();
    }

    Fragmentation(Demand demand) {
        var shapes = demand.mostFrequent(SHAPES_MAX);
        double all = shapes.stream().mapToLong(Demand.Counted::count).sum();
        wishes = new Wish[shapes.size()];
        amounts = shapes.stream()
                .flatMap(it -> it.shape().devices().stream())
                .mapToInt(RequestedDevice::thousandths)
                .sorted()
                .distinct()
                .toArray();
        int first = 0;
        boolean ids = false;
        for (int i = 0; i < wishes.length; i++) {
            var shape = shapes.get(i).shape();
            var devices = shape.devices().stream()
                    .map(request -> new DeviceFit(request, false))
                    .toList();
            wishes[i] = new Wish(
                    shape,
                    shapes.get(i).count() / all,
                    devices,
                    first,
                    shape.devices().stream().mapToInt(RequestedDevice::count).toArray(),
                    shape.devices().stream()
                            .mapToInt(request -> Arrays.binarySearch(amounts, request.thousandths()))
                            .toArray());
            first += devices.size();
            ids |= devices.stream().anyMatch(DeviceFit::asksForIds);
        }
        requests = first;
        byIds = ids;
    }

    /** From 0 to 1, the higher the less what is left becomes useless; {@code given} is what the instance would get there. */
    double of(Node node, NodeUsage usage, Fit.Demand demand, HardwareFit.Given given) {
        boolean asks = given.devices().values().stream().anyMatch(devices -> !devices.isEmpty());
        if (!asks && node.spec().capacity().devices().isEmpty()) {
            return (1 + Alignment.of(node, usage, demand)) / 2;
        }
        var before = rest(node, usage);
        var after = less(node, before, demand, given.devices().values());
        double room = after.cpu() / LARGE_CPU + after.total() / LARGE_DEVICES;
        double gain = fragment(node, before) - fragment(node, after) - TIE * room;
        double score = 1 / (1 + Math.exp(-gain / AllocatedDevice.WHOLE));
        return asks ? score : score / 2;
    }

    private Rest rest(Node node, NodeUsage usage) {
        var capacity = node.spec().capacity();
        var kinds = capacity.devices();
        var free = new ArrayList<Integer>();
        var ends = new int[kinds.size()];
        var reached = new boolean[kinds.size()][];
        for (int i = 0; i < ends.length; i++) {
            var kind = kinds.get(i);
            String label = kind.label();
            for (NodeDevice.Instance instance : kind.instances()) {
                if (instance.healthy()) {
                    free.add(usage.free(new DeviceInstance(label, instance.id())));
                }
            }
            ends[i] = free.size();
            reached[i] = reach(kind);
        }
        return new Rest(
                capacity.cpu().megaHertz() - usage.cpuMegaHertz(),
                capacity.memory().memoryMb() - usage.memoryMb(),
                free.stream().mapToInt(Integer::intValue).toArray(),
                ends,
                reached);
    }

    /** Which of all requests a kind of device meets. */
    private boolean[] reach(NodeDevice kind) {
        var key = new Kind(kind.label(), kind.attributes(), byIds ? kind.instances() : List.of());
        return reaches.computeIfAbsent(key, unknown -> {
            var reach = new boolean[requests];
            for (Wish wish : wishes) {
                for (int i = 0; i < wish.needs().length; i++) {
                    reach[wish.first() + i] = wish.devices().get(i).meets(kind);
                }
            }
            return reach;
        });
    }

    /** The rest beside one instance more. */
    private static Rest less(Node node, Rest rest, Fit.Demand demand, Collection<List<AllocatedDevice>> given) {
        var free = rest.free().clone();
        for (List<AllocatedDevice> ofTask : given) {
            for (AllocatedDevice devices : ofTask) {
                devices.instances().forEach(it -> free[place(node, it)] -= devices.thousandths());
            }
        }
        return new Rest(
                rest.cpu() - demand.cpuMegaHertz(),
                rest.memory() - demand.memoryMb(),
                free,
                rest.ends(),
                rest.reaches());
    }

    /** Which of a node's healthy devices it is. */
    private static int place(Node node, DeviceInstance wanted) {
        int place = 0;
        for (NodeDevice kind : node.spec().capacity().devices()) {
            boolean here = kind.label().equals(wanted.kind());
            for (NodeDevice.Instance instance : kind.instances()) {
                if (here && instance.id().equals(wanted.id())) {
                    return place;
                }
                place += instance.healthy() ? 1 : 0;
            }
        }
        throw new IllegalArgumentException(node.id() + " has no device " + wanted);
    }

    /**
     * What the devices of each kind are good for.
     *
     * @param totals what is free of all devices of a kind
     * @param enough for each amount, how many devices have as much left
     * @param tooLittle for each amount, how much is left in all of the others
     */
    private record Use(int[] totals, int[][] enough, int[][] tooLittle) {}

    private Use use(Rest rest) {
        int kinds = rest.ends().length;
        var use = new Use(new int[kinds], new int[kinds][amounts.length], new int[kinds][amounts.length]);
        int at = 0;
        for (int kind = 0; kind < kinds; kind++) {
            var enough = use.enough()[kind];
            var tooLittle = use.tooLittle()[kind];
            for (; at < rest.ends()[kind]; at++) {
                int left = rest.free()[at];
                int met = left > 0 ? met(left) : 0;
                use.totals()[kind] += left;
                // noted where it begins to count, and added up below
                if (met > 0) {
                    enough[met - 1]++;
                }
                if (met < amounts.length) {
                    tooLittle[met] += left;
                }
            }
            for (int i = 1; i < amounts.length; i++) {
                tooLittle[i] += tooLittle[i - 1];
                enough[amounts.length - 1 - i] += enough[amounts.length - i];
            }
        }
        return use;
    }

    /** How many of the amounts are no more than this. */
    private int met(int left) {
        int place = Arrays.binarySearch(amounts, left);
        return place >= 0 ? place + 1 : -place - 1;
    }

    /** The mean of what is lost, in thousandths of a device. */
    private double fragment(Node node, Rest rest) {
        long total = rest.total();
        if (total == 0) {
            return 0;
        }
        long perCore = node.spec().capacity().cpu().megaHertzPerCore();
        var use = use(rest);
        double sum = 0;
        for (Wish wish : wishes) {
            var shape = wish.shape();
            boolean hasRoom = rest.cpu() >= shape.cpuMegaHertz() + shape.cores() * perCore
                    && rest.memory() >= shape.memoryMb()
                    && hasDevices(wish, rest, use);
            sum += wish.weight() * (hasRoom ? tooLittle(wish, rest, use) : total);
        }
        return sum;
    }

    /** Whether each request alone finds enough devices of one kind. */
    private static boolean hasDevices(Wish wish, Rest rest, Use use) {
        for (int request = 0; request < wish.needs().length; request++) {
            boolean found = false;
            for (int kind = 0; kind < use.totals().length && !found; kind++) {
                found = rest.reaches()[kind][wish.first() + request]
                        && use.enough()[kind][wish.needs()[request]] >= wish.counts()[request];
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }

    /** What is left of devices that are of no use to any request of a shape that does fit. */
    private static long tooLittle(Wish wish, Rest rest, Use use) {
        long lost = 0;
        for (int kind = 0; kind < use.totals().length; kind++) {
            int least = use.totals()[kind];
            for (int request = 0; request < wish.needs().length; request++) {
                if (rest.reaches()[kind][wish.first() + request]) {
                    least = Math.min(least, use.tooLittle()[kind][wish.needs()[request]]);
                }
            }
            lost += least;
        }
        return lost;
    }
}
