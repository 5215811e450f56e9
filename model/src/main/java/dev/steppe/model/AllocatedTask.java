package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;

/** What one task was given, in MHz and megabytes. */
public record AllocatedTask(
        @Json("Cpu") AllocatedCpu cpu, @Json("Memory") AllocatedMemory memory, List<NetworkResource> networks) {}
