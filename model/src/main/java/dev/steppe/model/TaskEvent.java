package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.time.Instant;
import java.util.SortedMap;

/** Something that happened to a task, for people. */
public record TaskEvent(
        String type,
        Instant time,
        String displayMessage,
        SortedMap<String, String> details,
        @Json("FailsTask") boolean failsTask,
        int exitCode,
        int signal) {}
