package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Somebody changed the count of a group, or an autoscaler wants something about it to be known. {@code count} is the
 * new one, absent when nothing was changed.
 */
public record ScalingEvent(
        Optional<Integer> count,
        int previousCount,
        boolean error,
        String message,
        SortedMap<String, Object> meta,
        @Json("EvalID") Optional<EvaluationId> evaluation,
        Instant time,
        long createIndex) {

    /** The same as the state keeps it. */
    public ScalingEvent stored(long index) {
        return new ScalingEvent(count, previousCount, error, message, meta, evaluation, time, index);
    }
}
