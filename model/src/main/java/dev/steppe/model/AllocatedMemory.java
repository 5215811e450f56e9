package dev.steppe.model;

import dev.steppe.model.codec.Json;

/** Memory in megabytes: the amount counted and the limit when more may be used. */
public record AllocatedMemory(
        @Json("MemoryMB") long memoryMb,
        @Json("MemoryMaxMB") long memoryMaxMb) {}
