package dev.steppe.api.http;

import dev.steppe.model.codec.CodecException;
import dev.steppe.model.codec.GoDuration;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long and for what a read waits: until something newer than {@code index} is there. Index zero waits for nothing. */
public record WaitTerms(long index, Duration atMost) {
    private static final Duration USUAL = Duration.ofMinutes(5);

    /** Reads {@code ?index=} and {@code ?wait=}; up to a sixteenth is added, so that many waiters do not return at once. */
    public static WaitTerms of(Query query, Dialect dialect, RandomGenerator random) throws Refused {
        var wished = wished(query.text("wait").orElse(""));
        if (wished.isZero()) {
            wished = USUAL;
        }
        if (wished.compareTo(dialect.waitMax()) > 0) {
            wished = dialect.waitMax();
        }
        long jitterNanos = random.nextLong(wished.toNanos() / 16 + 1);
        return new WaitTerms(index(query), wished.plusNanos(jitterNanos));
    }

    private static Duration wished(String wait) throws Refused {
        if (wait.isEmpty() || wait.equals("0")) {
            return USUAL;
        }
        try {
            var duration = GoDuration.parse(wait);
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (CodecException notADuration) {
            // refused below
        }
        throw Refused.invalid("Invalid wait time");
    }

    private static long index(Query query) throws Refused {
        var text = query.text("index");
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseUnsignedLong(text.get());
        } catch (NumberFormatException notANumber) {
            throw Refused.invalid("Invalid index");
        }
    }

    /** True when a reading of this index may be answered at once. */
    public boolean isDue(long readIndex) {
        return index == 0 || Long.compareUnsigned(readIndex, index) > 0;
    }
}
