package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.util.List;
import java.util.Optional;

/** What a task asks of a node: processor share in MHz or whole cores, memory and disk in megabytes. */
public record Resources(
        @Default("100") int cpu,
        int cores,
        @Default("300") int memoryMb,
        @Json("MemoryMaxMB") int memoryMaxMb,
        int diskMb,
        List<NetworkResource> networks,
        List<RequestedDevice> devices,
        @Json("NUMA") Optional<Numa> numa,
        @Json("SecretsMB") int secretsMb) {}
