package dev.steppe.model;

import dev.steppe.model.codec.Rfc3339;
import java.time.Instant;
import java.util.SortedMap;

/** A driver as a node found it. */
public record DriverInfo(
        SortedMap<String, String> attributes,
        boolean detected,
        boolean healthy,
        String healthDescription,
        @Rfc3339 Instant updateTime) {}
