package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;

/** A processor share in MHz, and the cores that nobody else may use meanwhile. */
public record AllocatedCpu(@Json("CpuShares") long shares, List<Integer> reservedCores) {
    /** A share of what all tasks use together. */
    public AllocatedCpu(long shares) {
        this(shares, List.of());
    }
}
