package dev.steppe.model;

import dev.steppe.model.codec.Rfc3339;
import java.time.Duration;
import java.time.Instant;

/**
 * How a node is being emptied: a positive deadline ends the patience with what runs there at {@code forceDeadline}, zero
 * never, a negative one at once.
 */
public record DrainStrategy(
        Duration deadline,
        boolean ignoreSystemJobs,
        @Rfc3339 Instant forceDeadline,
        @Rfc3339 Instant startedAt) {

    /** The strategy of a drain that begins now. */
    public static DrainStrategy beginning(Duration deadline, boolean ignoreSystemJobs, Instant now) {
        boolean limited = !deadline.isNegative() && !deadline.isZero();
        return new DrainStrategy(deadline, ignoreSystemJobs, limited ? now.plus(deadline) : Instant.EPOCH, now);
    }

    /** The same for a drain that began earlier. */
    public DrainStrategy begunAt(Instant begin) {
        return new DrainStrategy(deadline, ignoreSystemJobs, forceDeadline, begin);
    }

    /** True when nothing is waited for any more. */
    public boolean isForced(Instant now) {
        return deadline.isNegative() || (!deadline.isZero() && !now.isBefore(forceDeadline));
    }
}
