package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.util.List;

/** A wish to spread instances over the values of a node attribute. */
public record Spread(
        String attribute,
        @Default("50") int weight,
        @Json("SpreadTarget") List<SpreadTarget> targets) {}
