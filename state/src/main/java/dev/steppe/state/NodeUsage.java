package dev.steppe.state;

import dev.steppe.model.Allocation;
import dev.steppe.model.PortMapping;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the allocations of one node hold: MHz, megabytes, and host ports with who holds each. Kept up to date on every
 * apply so that a scheduler need not add it up.
 */
public record NodeUsage(long cpuMegaHertz, long memoryMb, long diskMb, SortedMap<Integer, String> ports) {
    public static final NodeUsage NONE = new NodeUsage(0, 0, 0, Collections.emptySortedMap());

    /** The usage with one allocation more. */
    public NodeUsage plus(Allocation allocation) {
        return changed(allocation, 1);
    }

    /** The usage with one allocation less. */
    public NodeUsage minus(Allocation allocation) {
        return changed(allocation, -1);
    }

    private NodeUsage changed(Allocation allocation, int sign) {
        var given = allocation.allocatedResources();
        var held = ports;
        if (!given.shared().ports().isEmpty()) {
            var changed = new TreeMap<>(ports);
            for (PortMapping port : given.shared().ports()) {
                if (sign > 0) {
                    changed.put(port.value(), allocation.jobId() + " (allocation " + allocation.id() + ")");
                } else {
                    changed.remove(port.value());
                }
            }
            held = Collections.unmodifiableSortedMap(changed);
        }
        return new NodeUsage(
                cpuMegaHertz + sign * given.cpuMegaHertz(),
                memoryMb + sign * given.memoryMb(),
                diskMb + sign * given.shared().diskMb(),
                held);
    }
}
