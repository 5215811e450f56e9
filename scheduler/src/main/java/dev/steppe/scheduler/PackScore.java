package dev.steppe.scheduler;

import dev.steppe.model.Node;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.state.NodeUsage;
import java.util.Arrays;

/**
 * How full a node would be, from 0 to 1: the fuller the better when packing, the emptier the better when spreading. Best
 * fit is the published formula {@code 20 - (10^freeCpu + 10^freeMemory)} (Google, "Best-fit v3").
 */
final class PackScore {
    private static final double RANGE = 18.0;

    /** So many powers are remembered; a power of two. */
    private static final int REMEMBERED = 512;

    private final boolean spreads;
    /** Powers are the dearest part of a score, and in a fleet few parts of a machine are free that are not free on another. */
    private final double[] exponents = new double[REMEMBERED];

    private final double[] powers = new double[REMEMBERED];

    PackScore(SchedulerConfiguration configuration) {
        spreads = configuration.spreads();
        Arrays.fill(exponents, Double.NaN);
    }

    double of(Node node, NodeUsage usage, Fit.Demand demand) {
        var capacity = node.spec().capacity();
        return of(
                capacity.cpu().megaHertz(),
                usage.cpuMegaHertz() + demand.cpuMegaHertz(),
                capacity.memory().memoryMb(),
                usage.memoryMb() + demand.memoryMb());
    }

    /** The same from what there is of both and what of it would be held. */
    double of(long cpu, long cpuHeld, long memory, long memoryHeld) {
        double emptiness = power(free(cpu, cpuHeld)) + power(free(memory, memoryHeld));
        double raw = spreads ? emptiness - 2 : 20 - emptiness;
        return Math.clamp(raw, 0, RANGE) / RANGE;
    }

    private static double free(long total, long used) {
        return total == 0 ? 0 : 1.0 - (double) used / total;
    }

    private double power(double exponent) {
        int at = (int) (Double.doubleToRawLongBits(exponent) * 0x9E3779B97F4A7C15L >>> 32) & REMEMBERED - 1;
        if (exponents[at] != exponent) {
            exponents[at] = exponent;
            powers[at] = Math.pow(10, exponent);
        }
        return powers[at];
    }
}
