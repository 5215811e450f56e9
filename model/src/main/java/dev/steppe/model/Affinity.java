package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;

/** A preference for nodes, from -100 (avoid) to 100 (seek), never zero. */
public record Affinity(
        @Json("LTarget") String leftTarget,
        @Json("RTarget") String rightTarget,
        @Default("=") String operand,
        @Default("50") int weight) {}
