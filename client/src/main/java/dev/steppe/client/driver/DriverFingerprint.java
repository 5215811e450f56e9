package dev.steppe.client.driver;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A driver as found on this machine: installed at all, able to start tasks now, why not, and node attributes such as
 * {@code driver.raw_exec = 1}.
 */
public record DriverFingerprint(
        boolean detected, boolean healthy, String description, SortedMap<String, String> attributes) {
    public DriverFingerprint {
        attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    }

    /** A driver that runs tasks. */
    public static DriverFingerprint healthy(SortedMap<String, String> attributes) {
        return new DriverFingerprint(true, true, "Healthy", attributes);
    }

    /** A driver that is not on this machine, or not allowed; the description says what to do. */
    public static DriverFingerprint absent(String description) {
        return new DriverFingerprint(false, false, description, new TreeMap<>());
    }
}
