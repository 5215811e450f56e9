package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;

/** Instances of a node's device that a task has for itself. */
public record AllocatedDevice(
        String vendor,
        String type,
        String name,
        @Json("DeviceIDs") List<String> ids) {
    /** Each of them. */
    public List<DeviceInstance> instances() {
        String kind = vendor + "/" + type + "/" + name;
        return ids.stream().map(id -> new DeviceInstance(kind, id)).toList();
    }
}
