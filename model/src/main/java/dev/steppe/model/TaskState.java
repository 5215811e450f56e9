package dev.steppe.model;

import dev.steppe.model.codec.Json;
import dev.steppe.model.codec.Rfc3339;
import java.time.Instant;
import java.util.List;

/** What became of a task so far. The events are the newest ten, oldest first. */
public record TaskState(
        @Json("State") TaskStatus status,
        boolean failed,
        long restarts,
        @Rfc3339 Instant lastRestart,
        @Rfc3339 Instant startedAt,
        @Rfc3339 Instant finishedAt,
        List<TaskEvent> events) {
    /** How many events are kept. */
    public static final int EVENTS_MAX = 10;

    /** The state of a task that nothing happened to yet. */
    public static TaskState fresh() {
        return new TaskState(TaskStatus.PENDING, false, 0, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, List.of());
    }
}
