package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.util.SortedMap;

/** A file or archive fetched into the task's directory before it starts. */
public record Artifact(
        @Json("GetterSource") String source,
        @Json("GetterOptions") SortedMap<String, String> options,
        @Json("GetterHeaders") SortedMap<String, String> headers,
        @Default("any") @Json("GetterMode") String mode,
        @Default("local/") @Json("RelativeDest") String destination,
        @Json("GetterInsecure") boolean insecure,
        boolean chown) {}
