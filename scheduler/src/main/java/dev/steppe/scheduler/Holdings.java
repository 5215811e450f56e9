package dev.steppe.scheduler;

import dev.steppe.state.Fleet;
import dev.steppe.state.NodeUsage;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** What is held on the seats of a fleet with the plan so far: the fleet's own columns wherever the plan changes nothing. */
final class Holdings {
    private final Fleet fleet;
    private final BitSet planned = new BitSet();
    private final Map<Integer, NodeUsage> changed = new HashMap<>();

    Holdings(Fleet fleet) {
        this.fleet = fleet;
    }

    void put(int seat, NodeUsage usage) {
        planned.set(seat);
        changed.put(seat, usage);
    }

    /** True where the plan changes what is held. */
    boolean isChanged(int seat) {
        return planned.get(seat);
    }

    NodeUsage on(int seat) {
        return planned.get(seat) ? changed.getOrDefault(seat, NodeUsage.NONE) : fleet.usage(seat);
    }

    /** Megahertz that are held. */
    long cpu(int seat) {
        return planned.get(seat) ? on(seat).cpuMegaHertz() : fleet.cpuUsed(seat);
    }

    /** Megabytes of memory that are held. */
    long memory(int seat) {
        return planned.get(seat) ? on(seat).memoryMb() : fleet.memoryUsed(seat);
    }

    /** Megabytes of disk that are held. */
    long disk(int seat) {
        return planned.get(seat) ? on(seat).diskMb() : fleet.diskUsed(seat);
    }
}
