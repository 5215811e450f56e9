package dev.steppe.model;

import dev.steppe.model.codec.Json;
import dev.steppe.model.codec.Rfc3339;
import java.time.Instant;
import java.util.SortedMap;

/** Who may call whom: a source and a destination service, each exact or {@code *}, and the action. */
public record Intention(
        @Json("ID") String id,
        @Json("SourceName") String source,
        @Json("DestinationName") String destination,
        IntentionAction action,
        String description,
        SortedMap<String, String> meta,
        @Json("CreatedAt") @Rfc3339 Instant createdAt,
        @Json("UpdatedAt") @Rfc3339 Instant updatedAt,
        long createIndex,
        long modifyIndex) {}
