package dev.steppe.model;

import dev.steppe.model.codec.Default;

/** How much of the traffic an instance gets, by its health. */
public record ServiceWeights(
        @Default("1") int passing, @Default("1") int warning) {}
