package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.time.Duration;

/** How instances leave a node that is being drained. */
public record MigrateStrategy(
        @Default("1") int maxParallel,
        @Default("checks") String healthCheck,
        @Default("10s") Duration minHealthyTime,
        @Default("5m") Duration healthyDeadline) {}
