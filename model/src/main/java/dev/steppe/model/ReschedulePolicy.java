package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.time.Duration;

/** What the servers do when an allocation failed for good: whether and when a replacement is placed. */
public record ReschedulePolicy(
        int attempts,
        Duration interval,
        Duration delay,
        @Default("exponential") String delayFunction,
        Duration maxDelay,
        boolean unlimited) {

    /** The policy of a group that names none. */
    public static ReschedulePolicy defaultOf(JobType type) {
        return type.ends()
                ? new ReschedulePolicy(1, Duration.ofHours(24), Duration.ofSeconds(5), "constant", Duration.ZERO, false)
                : new ReschedulePolicy(
                        0, Duration.ZERO, Duration.ofSeconds(30), "exponential", Duration.ofHours(1), true);
    }
}
