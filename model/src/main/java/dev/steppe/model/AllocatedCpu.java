package dev.steppe.model;

import dev.steppe.model.codec.Json;

/** A processor share in MHz. */
public record AllocatedCpu(@Json("CpuShares") long shares) {}
