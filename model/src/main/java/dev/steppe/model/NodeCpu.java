package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A node's processors: the sum of their speeds in MHz, their number, which of them tasks may have for themselves, and
 * which are close to which memory.
 */
public record NodeCpu(
        @Json("CpuShares") long megaHertz,
        @Json("TotalCpuCores") int cores,
        @Json("ReservableCpuCores") List<Integer> reservable,
        @Json("NumaNodes") List<NumaNode> numaNodes) {
    /** The attribute of a node that says why it gives no task cores of its own; absent where it does. */
    public static final String SHARED_CORES = "cpu.reservablecores.reason";

    /** A node of the machine's memory with the cores that are close to it. */
    public record NumaNode(@Json("ID") int id, List<Integer> cores) {}

    /** All cores may be reserved, all are equally close to memory. */
    public NodeCpu(long megaHertz, int cores) {
        this(megaHertz, cores, IntStream.range(0, cores).boxed().toList(), List.of());
    }

    /** The share of one core, in MHz. */
    public long megaHertzPerCore() {
        return reservable.isEmpty() ? 0 : megaHertz / reservable.size();
    }
}
