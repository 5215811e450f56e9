package dev.steppe.client.settings;

import dev.steppe.model.NumberRanges;
import dev.steppe.model.PortRanges;
import java.util.Optional;

/**
 * What a node has to give, where its configuration says other than what the machine has.
 *
 * @param cpu all MHz
 * @param memoryMb all memory
 * @param diskMb all disk space
 * @param reservableCores the cores that tasks may have for themselves and share
 * @param reserved what of all that is kept for the machine itself
 */
public record CapacitySettings(
        Optional<Long> cpu,
        Optional<Long> memoryMb,
        Optional<Long> diskMb,
        Optional<NumberRanges> reservableCores,
        Reserved reserved,
        int minDynamicPort,
        int maxDynamicPort) {

    /** {@code client.reserved}: MHz, megabytes, cores, and ports that are given to nobody. */
    public record Reserved(long cpu, long memoryMb, long diskMb, NumberRanges cores, PortRanges ports) {
        public static Reserved nothing() {
            return new Reserved(0, 0, 0, NumberRanges.none(), PortRanges.NONE);
        }
    }

    /** All that the machine has, and the usual range of ports. */
    public static CapacitySettings standard() {
        return new CapacitySettings(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Reserved.nothing(),
                20_000,
                32_000);
    }
}
