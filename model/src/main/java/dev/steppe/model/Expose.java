package dev.steppe.model;

import java.util.List;

/** The paths of a service that are reachable without an identity. */
public record Expose(List<ExposePath> paths) {}
