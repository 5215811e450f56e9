package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.time.Duration;

/** How instances leave a node that is being drained. */
public record MigrateStrategy(
        @Default("1") int maxParallel,
        @Default("checks") String healthCheck,
        @Default("10s") Duration minHealthyTime,
        @Default("5m") Duration healthyDeadline) {

    /** The strategy of a group that names none. */
    public static MigrateStrategy standard() {
        return new MigrateStrategy(1, "checks", Duration.ofSeconds(10), Duration.ofMinutes(5));
    }
}
