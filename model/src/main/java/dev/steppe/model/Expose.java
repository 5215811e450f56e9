package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;

/** The paths of a service that are reachable without an identity. */
public record Expose(@Json("Path") List<ExposePath> paths) {}
