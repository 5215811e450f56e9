package dev.steppe.model;

import dev.steppe.model.codec.Default;

/**
 * A port of a group: a fixed or to-be-chosen port of the host, and the port it leads to inside the allocation (0:
 * the same; -1: the chosen one).
 */
public record Port(
        String label, int value, int to, @Default("default") String hostNetwork, boolean ignoreCollision) {
    /** The highest port number there is. */
    public static final int VALUE_MAX = 65_535;

    public Port {
        if (value < 0 || value > VALUE_MAX) {
            throw new IllegalArgumentException(
                    "port \"" + label + "\" = " + value + " must be between 1 and " + VALUE_MAX);
        }
        if (to < -1 || to > VALUE_MAX) {
            throw new IllegalArgumentException(
                    "port \"" + label + "\": to = " + to + " must be between 1 and " + VALUE_MAX + ", or -1");
        }
    }
}
