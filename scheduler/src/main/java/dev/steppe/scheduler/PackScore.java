package dev.steppe.scheduler;

import dev.steppe.model.Node;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.state.NodeUsage;

/**
 * How full a node would be, from 0 to 1: the fuller the better when packing, the emptier the better when spreading. Best
 * fit is the published formula {@code 20 - (10^freeCpu + 10^freeMemory)} (Google, "Best-fit v3").
 */
final class PackScore {
    private static final double RANGE = 18.0;

    private final boolean spreads;
    private double lastCpu = Double.NaN;
    private double lastMemory = Double.NaN;
    private double lastEmptiness;

    PackScore(SchedulerConfiguration configuration) {
        spreads = configuration.spreads();
    }

    double of(Node node, NodeUsage usage, Fit.Demand demand) {
        var capacity = node.spec().capacity();
        double freeCpu = free(capacity.cpu().megaHertz(), usage.cpuMegaHertz() + demand.cpuMegaHertz());
        double freeMemory = free(capacity.memory().memoryMb(), usage.memoryMb() + demand.memoryMb());
        double emptiness = emptiness(freeCpu, freeMemory);
        double raw = spreads ? emptiness - 2 : 20 - emptiness;
        return Math.clamp(raw, 0, RANGE) / RANGE;
    }

    private static double free(long total, long used) {
        return total == 0 ? 0 : 1.0 - (double) used / total;
    }

    /** Powers are the dearest part of a score, and in a fleet of like nodes neighbours are often equally free. */
    private double emptiness(double freeCpu, double freeMemory) {
        if (freeCpu != lastCpu || freeMemory != lastMemory) {
            lastCpu = freeCpu;
            lastMemory = freeMemory;
            lastEmptiness = Math.pow(10, freeCpu) + Math.pow(10, freeMemory);
        }
        return lastEmptiness;
    }
}
