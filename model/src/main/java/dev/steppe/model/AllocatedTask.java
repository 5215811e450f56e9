package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;
import java.util.Optional;

/** What one task was given, in MHz and megabytes, and when it uses it. */
public record AllocatedTask(
        @Json("Cpu") AllocatedCpu cpu,
        @Json("Memory") AllocatedMemory memory,
        List<NetworkResource> networks,
        List<AllocatedDevice> devices,
        Optional<Lifecycle> lifecycle) {

    /** A main task without devices. */
    public AllocatedTask(AllocatedCpu cpu, AllocatedMemory memory, List<NetworkResource> networks) {
        this(cpu, memory, networks, List.of(), Optional.empty());
    }
}
