package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;

/**
 * A condition a node must meet. The left side is usually an interpolation such as {@code ${attr.kernel.name}}.
 */
public record Constraint(
        @Json("LTarget") String leftTarget,
        @Json("RTarget") String rightTarget,
        @Default("=") String operand) {}
