package dev.steppe.scheduler;

import dev.steppe.model.AllocatedCpu;
import dev.steppe.model.AllocatedMemory;
import dev.steppe.model.AllocatedResources;
import dev.steppe.model.AllocatedShared;
import dev.steppe.model.AllocatedTask;
import dev.steppe.model.HostNetwork;
import dev.steppe.model.Node;
import dev.steppe.model.NodeCapacity;
import dev.steppe.model.Port;
import dev.steppe.model.PortMapping;
import dev.steppe.model.PortRanges;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.NodeUsage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** Whether one instance of a group fits beside what a node's allocations hold, and what it then gets. */
final class Fit {
    /** How many random ports are tried before the range is searched from its start. */
    private static final int RANDOM_TRIES = 20;

    private final TaskGroup group;
    private final List<Port> ports;
    private final long cpuMegaHertz;
    private final long memoryMb;
    private final long diskMb;

    Fit(TaskGroup group) {
        this.group = group;
        this.ports = PortNeeds.of(group);
        this.cpuMegaHertz =
                group.tasks().stream().mapToLong(task -> task.resources().cpu()).sum();
        this.memoryMb = group.tasks().stream()
                .mapToLong(task -> task.resources().memoryMb())
                .sum();
        this.diskMb = group.ephemeralDisk().sizeMb();
    }

    long cpuMegaHertz() {
        return cpuMegaHertz;
    }

    long memoryMb() {
        return memoryMb;
    }

    /** What the node has too little of. */
    Optional<Refusal> refusal(Node node, NodeUsage usage) {
        NodeCapacity capacity = node.spec().capacity();
        return tooLittle("cpu", "MHz", cpuMegaHertz, capacity.cpu().megaHertz(), usage.cpuMegaHertz())
                .or(() -> tooLittle("memory", "MB", memoryMb, capacity.memory().memoryMb(), usage.memoryMb()))
                .or(() -> tooLittle("disk", "MB", diskMb, capacity.disk().diskMb(), usage.diskMb()))
                .or(() -> takenPort(node, usage))
                .or(() -> noDynamicPort(node, usage));
    }

    private static Optional<Refusal> tooLittle(String what, String unit, long asked, long total, long used) {
        if (used + asked <= total) {
            return Optional.empty();
        }
        return Optional.of(Refusal.exhausted(
                what, what + ": " + asked + " " + unit + " asked, " + Math.max(0, total - used) + " free of " + total));
    }

    private Optional<Refusal> takenPort(Node node, NodeUsage usage) {
        var asked = new TreeSet<Integer>();
        var reserved = reservedPorts(node);
        for (Port port : ports) {
            if (port.value() == 0) {
                continue;
            }
            if (reserved.contains(port.value())) {
                return Optional.of(Refusal.exhausted(
                        "network: reserved port",
                        "port " + port.value() + " (\"" + port.label()
                                + "\") is reserved by the node's configuration"));
            }
            String holder = usage.ports().get(port.value());
            if (holder != null || !asked.add(port.value())) {
                String by = holder == null ? "another port of the same group" : "job " + holder;
                return Optional.of(Refusal.exhausted(
                        "network: port collision",
                        "port " + port.value() + " (\"" + port.label() + "\") is held by " + by));
            }
        }
        return Optional.empty();
    }

    /** Ports the node gives to nobody, in any of its networks. */
    private static PortRanges reservedPorts(Node node) {
        PortRanges all = node.spec().reserved().ports();
        for (HostNetwork network : node.spec().hostNetworks().values()) {
            all = all.and(network.reservedPorts());
        }
        return all;
    }

    private Optional<Refusal> noDynamicPort(Node node, NodeUsage usage) {
        NodeCapacity capacity = node.spec().capacity();
        long asked = ports.stream().filter(port -> port.value() == 0).count();
        if (asked == 0) {
            return Optional.empty();
        }
        long range = capacity.maxDynamicPort()
                - capacity.minDynamicPort()
                + 1L
                - reservedPorts(node).countBetween(capacity.minDynamicPort(), capacity.maxDynamicPort());
        long used = usage.ports()
                .subMap(capacity.minDynamicPort(), capacity.maxDynamicPort() + 1)
                .size();
        return used + asked <= range
                ? Optional.empty()
                : Optional.of(Refusal.exhausted(
                        "network: dynamic port selection failed",
                        asked + " dynamic ports asked, " + (range - used) + " free of " + range));
    }

    /** What an instance gets on a node it fits on. */
    AllocatedResources take(Node node, NodeUsage usage, RandomGenerator random) {
        var tasks = new TreeMap<String, AllocatedTask>();
        for (Task task : group.tasks()) {
            tasks.put(
                    task.name(),
                    new AllocatedTask(
                            new AllocatedCpu(task.resources().cpu()),
                            new AllocatedMemory(
                                    task.resources().memoryMb(),
                                    task.resources().memoryMaxMb()),
                            List.of()));
        }
        return new AllocatedResources(
                Collections.unmodifiableSortedMap(tasks),
                new AllocatedShared(diskMb, List.of(group.network()), takePorts(node, usage, random)));
    }

    private List<PortMapping> takePorts(Node node, NodeUsage usage, RandomGenerator random) {
        var taken = new TreeSet<>(usage.ports().keySet());
        var reserved = reservedPorts(node);
        var mappings = new ArrayList<PortMapping>();
        for (Port port : ports) {
            int value =
                    port.value() != 0 ? port.value() : dynamicPort(node.spec().capacity(), taken, reserved, random);
            taken.add(value);
            int to = port.to() == -1 ? value : port.to();
            mappings.add(new PortMapping(port.label(), value, to, hostAddress(node, port)));
        }
        return Collections.unmodifiableList(mappings);
    }

    private static int dynamicPort(
            NodeCapacity capacity, TreeSet<Integer> taken, PortRanges reserved, RandomGenerator random) {
        int range = capacity.maxDynamicPort() - capacity.minDynamicPort() + 1;
        for (int i = 0; i < RANDOM_TRIES; i++) {
            int port = capacity.minDynamicPort() + random.nextInt(range);
            if (!taken.contains(port) && !reserved.contains(port)) {
                return port;
            }
        }
        int port = capacity.minDynamicPort();
        while (taken.contains(port) || reserved.contains(port)) {
            port++;
        }
        return port;
    }

    private static String hostAddress(Node node, Port port) {
        var network = Optional.ofNullable(node.spec().hostNetworks().get(port.hostNetwork()));
        return network.map(HostNetwork::address).orElse(node.spec().address());
    }
}
