package dev.steppe.state;

import dev.steppe.model.Allocation;
import dev.steppe.model.DeviceInstance;
import dev.steppe.model.HostPort;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the allocations of one node hold: MHz, megabytes, and host ports, cores and devices with who holds each. Kept up to
 * date on every apply so that a scheduler need not add it up.
 */
public record NodeUsage(
        long cpuMegaHertz,
        long memoryMb,
        long diskMb,
        SortedMap<HostPort, String> ports,
        SortedMap<Integer, String> cores,
        SortedMap<DeviceInstance, String> devices) {
    public static final NodeUsage NONE = new NodeUsage(
            0, 0, 0, Collections.emptySortedMap(), Collections.emptySortedMap(), Collections.emptySortedMap());

    /** The usage with one allocation more. */
    public NodeUsage plus(Allocation allocation) {
        return changed(allocation, 1);
    }

    /** The usage with one allocation less. */
    public NodeUsage minus(Allocation allocation) {
        return changed(allocation, -1);
    }

    /** Who holds the port, there or at all addresses. */
    public Optional<String> holder(HostPort wanted) {
        return ports.subMap(new HostPort(wanted.port(), ""), new HostPort(wanted.port() + 1, "")).entrySet().stream()
                .filter(held -> held.getKey().collidesWith(wanted))
                .map(held -> held.getValue())
                .findFirst();
    }

    /** Whether something that only one can have, a port, a core or a device, is held already. */
    public boolean collidesWith(Allocation allocation) {
        var given = allocation.allocatedResources();
        return given.hostPorts().stream().anyMatch(port -> holder(port).isPresent())
                || given.reservedCores().stream().anyMatch(cores::containsKey)
                || given.deviceInstances().stream().anyMatch(devices::containsKey);
    }

    private NodeUsage changed(Allocation allocation, int sign) {
        var given = allocation.allocatedResources();
        String holder = allocation.jobId() + " (allocation " + allocation.id() + ")";
        return new NodeUsage(
                cpuMegaHertz + sign * given.cpuMegaHertz(),
                memoryMb + sign * given.memoryMb(),
                diskMb + sign * given.shared().diskMb(),
                changed(ports, given.hostPorts(), holder, sign),
                changed(cores, given.reservedCores(), holder, sign),
                changed(devices, given.deviceInstances(), holder, sign));
    }

    private static <K> SortedMap<K, String> changed(SortedMap<K, String> held, List<K> keys, String holder, int sign) {
        if (keys.isEmpty()) {
            return held;
        }
        var changed = new TreeMap<>(held);
        for (K key : keys) {
            if (sign > 0) {
                changed.put(key, holder);
            } else {
                changed.remove(key, holder);
            }
        }
        return Collections.unmodifiableSortedMap(changed);
    }
}
