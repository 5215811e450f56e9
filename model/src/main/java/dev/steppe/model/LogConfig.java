package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;

/** How much of a task's output is kept. */
public record LogConfig(
        @Default("10") int maxFiles,
        @Default("10") @Json("MaxFileSizeMB") int maxFileSizeMb,
        boolean disabled) {}
