package dev.steppe.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** What an allocation was given on its node. */
public record AllocatedResources(SortedMap<String, AllocatedTask> tasks, AllocatedShared shared) {
    /** The most that tasks use at the same time, in MHz. */
    public long cpuMegaHertz() {
        return peak(task -> task.cpu().shares());
    }

    /** The most that tasks use at the same time, in megabytes. */
    public long memoryMb() {
        return peak(task -> task.memory().memoryMb());
    }

    /**
     * Tasks before the main ones and tasks after their end are not there together with them; sidecars and what follows
     * the start of the main ones are.
     */
    private long peak(ToLongFunction<AllocatedTask> amount) {
        long before = 0;
        long main = 0;
        long beside = 0;
        long after = 0;
        for (AllocatedTask task : tasks.values()) {
            long needed = amount.applyAsLong(task);
            String hook = task.lifecycle().map(Lifecycle::hook).orElse("");
            if (task.lifecycle().filter(Lifecycle::sidecar).isPresent()) {
                beside += needed;
            } else if (hook.equals("prestart")) {
                before += needed;
            } else if (hook.equals("poststop")) {
                after += needed;
            } else {
                main += needed;
            }
        }
        return Math.max(Math.max(before, main) + beside, after);
    }

    /** What a task was given; what it asks for where nothing is written down. */
    public AllocatedTask of(Task task) {
        return Optional.ofNullable(tasks.get(task.name()))
                .orElseGet(() -> new AllocatedTask(
                        new AllocatedCpu(task.resources().cpu()),
                        new AllocatedMemory(
                                task.resources().memoryMb(), task.resources().memoryMaxMb()),
                        List.of()));
    }

    /** The ports of the node nobody else may hold meanwhile. */
    public List<HostPort> hostPorts() {
        if (shared.ports().isEmpty()) {
            return List.of();
        }
        return shared.ports().stream()
                .filter(port -> !port.ignoreCollision())
                .map(port -> new HostPort(port.value(), port.hostIp()))
                .toList();
    }

    /** The cores nobody else may use meanwhile. */
    public List<Integer> reservedCores() {
        List<Integer> cores = List.of();
        for (AllocatedTask task : tasks.values()) {
            if (!task.cpu().reservedCores().isEmpty()) {
                cores = cores.isEmpty() ? new ArrayList<>() : cores;
                cores.addAll(task.cpu().reservedCores());
            }
        }
        return cores;
    }

    /** How much of which devices nobody else may have meanwhile, in thousandths of each. */
    public SortedMap<DeviceInstance, Integer> deviceShares() {
        SortedMap<DeviceInstance, Integer> shares = Collections.emptySortedMap();
        for (AllocatedTask task : tasks.values()) {
            for (AllocatedDevice device : task.devices()) {
                var added = new TreeMap<>(shares);
                device.instances().forEach(it -> added.merge(it, device.thousandths(), Integer::sum));
                shares = Collections.unmodifiableSortedMap(added);
            }
        }
        return shares;
    }

    /** Whether both are to have a port or a core of the same node that only one can have, or more of a device than there is. */
    public boolean collidesWith(AllocatedResources other) {
        return hostPorts().stream().anyMatch(port -> other.hostPorts().stream().anyMatch(port::collidesWith))
                || !Collections.disjoint(reservedCores(), other.reservedCores())
                || exceeds(deviceShares(), other.deviceShares());
    }

    private static boolean exceeds(SortedMap<DeviceInstance, Integer> one, SortedMap<DeviceInstance, Integer> other) {
        return one.entrySet().stream()
                .anyMatch(it -> it.getValue() + other.getOrDefault(it.getKey(), 0) > AllocatedDevice.WHOLE
                        && other.containsKey(it.getKey()));
    }

    public Optional<PortMapping> port(String label) {
        return shared.ports().stream()
                .filter(port -> port.label().equals(label))
                .findFirst();
    }
}
