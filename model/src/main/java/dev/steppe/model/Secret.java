package dev.steppe.model;

import java.util.SortedMap;

/** A secret that a task may speak of as {@code ${secret.name.key}}. */
public record Secret(
        String name, String provider, String path, SortedMap<String, Object> config, SortedMap<String, String> env) {}
