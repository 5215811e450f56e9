package dev.steppe.model;

import dev.steppe.model.codec.Default;

/** Which catalog a group or task belongs to; a region has one. */
public record ConsulOptions(
        String namespace, @Default("default") String cluster, String partition) {}
