package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.time.Instant;

/**
 * A connection an allocation tried and the mesh refused: where to, by which rule, and the command that would allow
 * it.
 */
public record MeshRefusal(
        String upstream,
        String destination,
        String rule,
        String remedy,
        @Json("Time") Instant latest,
        long count) {}
