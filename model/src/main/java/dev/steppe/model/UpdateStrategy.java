package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.time.Duration;

/** How instances of a service are replaced when the job changes. */
public record UpdateStrategy(
        @Default("30s") Duration stagger,
        @Default("1") int maxParallel,
        @Default("checks") String healthCheck,
        @Default("10s") Duration minHealthyTime,
        @Default("5m") Duration healthyDeadline,
        @Default("10m") Duration progressDeadline,
        int canary,
        boolean autoRevert,
        boolean autoPromote) {

    /** The strategy of a group that names none. */
    public static UpdateStrategy standard() {
        return new UpdateStrategy(
                Duration.ofSeconds(30),
                1,
                "checks",
                Duration.ofSeconds(10),
                Duration.ofMinutes(5),
                Duration.ofMinutes(10),
                0,
                false,
                false);
    }
}
