package dev.steppe.model;

import dev.steppe.model.codec.Rfc3339;
import java.time.Instant;
import java.util.SortedMap;

/** Something that happened to a node, for people. */
public record NodeEvent(
        String message,
        String subsystem,
        SortedMap<String, String> details,
        @Rfc3339 Instant timestamp,
        long createIndex) {}
