package dev.steppe.model;

import dev.steppe.model.codec.Json;
import dev.steppe.model.codec.Rfc3339;
import java.time.Instant;
import java.util.SortedMap;

/** What is remembered of the last time a node was emptied, with the words of who asked for it. */
public record DrainMetadata(
        @Rfc3339 Instant startedAt,
        @Rfc3339 Instant updatedAt,
        DrainStatus status,
        @Json("AccessorID") String accessor,
        SortedMap<String, String> meta) {}
