package dev.steppe.model;

import java.util.List;
import java.util.Optional;

/** The regions a job runs in, and how a change goes through them. */
public record Multiregion(Optional<MultiregionStrategy> strategy, List<MultiregionRegion> regions) {}
