package dev.steppe.state;

import dev.steppe.model.AllocatedDevice;
import dev.steppe.model.AllocatedResources;
import dev.steppe.model.Allocation;
import dev.steppe.model.DeviceInstance;
import dev.steppe.model.HostPort;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the allocations of one node hold: MHz, megabytes, and host ports, cores and shares of devices with who holds each. Kept up to
 * date on every apply so that a scheduler need not add it up.
 */
public record NodeUsage(
        long cpuMegaHertz,
        long memoryMb,
        long diskMb,
        SortedMap<HostPort, String> ports,
        SortedMap<Integer, String> cores,
        SortedMap<DeviceInstance, DeviceUse> devices) {
    public static final NodeUsage NONE = new NodeUsage(
            0, 0, 0, Collections.emptySortedMap(), Collections.emptySortedMap(), Collections.emptySortedMap());

    /** The usage with one allocation more. */
    public NodeUsage plus(Allocation allocation) {
        return changed(allocation, 1);
    }

    /** The usage with so much more; what only one can have is held by whom the caller says. */
    public NodeUsage plus(AllocatedResources given, String holder) {
        return changed(given, holder, 1);
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

    /** How much of a device nobody holds, in thousandths. */
    public int free(DeviceInstance device) {
        if (devices.isEmpty()) {
            return AllocatedDevice.WHOLE;
        }
        var use = devices.get(device);
        return use == null ? AllocatedDevice.WHOLE : use.free();
    }

    /** True when nothing fits beside this that did not fit beside the other: at least as much is held of everything. */
    public boolean covers(NodeUsage other) {
        return cpuMegaHertz >= other.cpuMegaHertz
                && memoryMb >= other.memoryMb
                && diskMb >= other.diskMb
                && ports.keySet().containsAll(other.ports.keySet())
                && cores.keySet().containsAll(other.cores.keySet())
                && other.devices.entrySet().stream()
                        .allMatch(it -> free(it.getKey()) <= it.getValue().free());
    }

    /** Whether something that only one can have, a port or a core, is held already, or too much of a device. */
    public boolean collidesWith(Allocation allocation) {
        var given = allocation.allocatedResources();
        var hostPorts = given.hostPorts();
        var reserved = given.reservedCores();
        var shares = given.deviceShares();
        return !hostPorts.isEmpty()
                        && hostPorts.stream().anyMatch(port -> holder(port).isPresent())
                || !reserved.isEmpty() && reserved.stream().anyMatch(cores::containsKey)
                || !shares.isEmpty()
                        && shares.entrySet().stream().anyMatch(asked -> asked.getValue() > free(asked.getKey()));
    }

    private NodeUsage changed(Allocation allocation, int sign) {
        var given = allocation.allocatedResources();
        boolean exclusive = !given.hostPorts().isEmpty()
                || !given.reservedCores().isEmpty()
                || !given.deviceShares().isEmpty();
        return changed(given, exclusive ? allocation.jobId() + " (allocation " + allocation.id() + ")" : "", sign);
    }

    private NodeUsage changed(AllocatedResources given, String holder, int sign) {
        var hostPorts = given.hostPorts();
        var reserved = given.reservedCores();
        var shares = given.deviceShares();
        return new NodeUsage(
                cpuMegaHertz + sign * given.cpuMegaHertz(),
                memoryMb + sign * given.memoryMb(),
                diskMb + sign * given.shared().diskMb(),
                changed(ports, hostPorts, holder, sign),
                changed(cores, reserved, holder, sign),
                changed(shares, holder, sign));
    }

    private SortedMap<DeviceInstance, DeviceUse> changed(
            SortedMap<DeviceInstance, Integer> shares, String holder, int sign) {
        if (shares.isEmpty()) {
            return devices;
        }
        var changed = new TreeMap<>(devices);
        shares.forEach((device, share) -> {
            var use = changed.getOrDefault(device, DeviceUse.none()).changed(holder, sign * share);
            if (use.held() == 0) {
                changed.remove(device);
            } else {
                changed.put(device, use);
            }
        });
        return Collections.unmodifiableSortedMap(changed);
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
