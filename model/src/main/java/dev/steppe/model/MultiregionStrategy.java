package dev.steppe.model;

/** How many regions change at once, and what a failure in one means for the others. */
public record MultiregionStrategy(int maxParallel, String onFailure) {}
