package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;
import java.util.Optional;

/** Instances of a node's device that a task has for itself, or a share of one of them. */
public record AllocatedDevice(
        String vendor,
        String type,
        String name,
        @Json("DeviceIDs") List<String> ids,
        Optional<Double> share) {
    /** A whole device in the unit shares are counted in. */
    public static final int WHOLE = 1_000;

    /** Devices a task has for itself. */
    public AllocatedDevice(String vendor, String type, String name, List<String> ids) {
        this(vendor, type, name, ids, Optional.empty());
    }

    /** Each of them. */
    public List<DeviceInstance> instances() {
        String kind = vendor + "/" + type + "/" + name;
        return ids.stream().map(id -> new DeviceInstance(kind, id)).toList();
    }

    /** How much of each the task has. */
    public int thousandths() {
        return thousandths(share);
    }

    static int thousandths(Optional<Double> share) {
        return share.map(it -> (int) Math.round(it * WHOLE)).orElse(WHOLE);
    }
}
