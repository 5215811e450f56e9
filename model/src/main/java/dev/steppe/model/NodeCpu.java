package dev.steppe.model;

import dev.steppe.model.codec.Json;

/** A node's processors: the sum of their speeds in MHz, and their number. */
public record NodeCpu(
        @Json("CpuShares") long megaHertz,
        @Json("TotalCpuCores") int cores) {}
