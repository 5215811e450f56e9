package dev.steppe.model;

import java.util.Comparator;

/** One device of a node: of which kind it is, as {@code vendor/type/name}, and its id. */
public record DeviceInstance(String kind, String id) implements Comparable<DeviceInstance> {
    private static final Comparator<DeviceInstance> ORDER =
            Comparator.comparing(DeviceInstance::kind).thenComparing(DeviceInstance::id);

    @Override
    public int compareTo(DeviceInstance other) {
        return ORDER.compare(this, other);
    }
}
