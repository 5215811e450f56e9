package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Devices of one kind that a node has: vendor, type and name, what they have in common, and each single one. */
public record NodeDevice(
        String vendor,
        String type,
        String name,
        List<Instance> instances,
        SortedMap<String, DeviceAttribute> attributes) {

    /** One device; only a healthy one is given to tasks. */
    public record Instance(String id, boolean healthy, String healthDescription, Optional<Locality> locality) {}

    /** Where on the machine a device is: its place on the bus, and the memory node it is close to (-1: not told). */
    public record Locality(@Json("PciBusID") String busId, int numaNode) {}

    /** As people write it: {@code vendor/type/name}. */
    public String label() {
        return vendor + "/" + type + "/" + name;
    }

    /** Whether a job that asks for {@code type}, {@code vendor/type} or {@code vendor/type/name} means these. */
    public boolean isMeantBy(String asked) {
        return asked.equals(type) || asked.equals(vendor + "/" + type) || asked.equals(label());
    }
}
