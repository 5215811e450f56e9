package dev.steppe.model;

/** Where the payload of a launch on demand is written, below the task's local directory. */
public record DispatchPayload(String file) {}
