package dev.steppe.security.certificate;

import java.time.Duration;
import java.time.Instant;

/**
 * When to renew a certificate, when to try again, how long to wait after a new root appeared. The jitter is a random
 * number from 0 (inclusive) to 1 (exclusive) that the caller draws once per certificate or attempt; it spreads the
 * requests of many nodes.
 */
public final class Rotation {
    private static final double EARLIEST_PART = 0.6;
    private static final double LATEST_PART = 0.9;
    private static final Duration BACKOFF_FIRST = Duration.ofSeconds(1);
    private static final Duration BACKOFF_LAST = Duration.ofSeconds(30);
    private static final Duration ROOT_CHANGE_SPREAD = Duration.ofSeconds(30);
    private static final int DOUBLINGS_MAX = 5;

    /** What to do with a certificate now. */
    public sealed interface Decision {
        /** It is good until then; decide again at that moment. */
        record Keep(Instant renewAt) implements Decision {}

        /** Ask for the next one now; the present one stays in use as long as it is valid. */
        record Renew() implements Decision {}

        /** Ask for the next one now; the present one is no longer valid. */
        record Expired() implements Decision {}
    }

    private Rotation() {}

    /** A certificate is renewed at a random point from 60 to 90 percent of its life. */
    public static Decision decide(Instant notBefore, Instant notAfter, Instant now, double jitter) {
        if (!now.isBefore(notAfter)) {
            return new Decision.Expired();
        }
        Instant renewAt = renewAt(notBefore, notAfter, jitter);
        return now.isBefore(renewAt) ? new Decision.Keep(renewAt) : new Decision.Renew();
    }

    /** The moment at which {@link #decide} starts to ask for renewal. */
    public static Instant renewAt(Instant notBefore, Instant notAfter, double jitter) {
        checkJitter(jitter);
        long lifeMillis = Duration.between(notBefore, notAfter).toMillis();
        if (lifeMillis <= 0) {
            throw new IllegalArgumentException("a certificate cannot live from " + notBefore + " to " + notAfter);
        }
        return notBefore.plusMillis(
                (long) ((double) lifeMillis * (EARLIEST_PART + (LATEST_PART - EARLIEST_PART) * jitter)));
    }

    /** The pause after the given number of failures in a row: doubling from 1 s to 30 s, of which the jitter takes up to half. */
    public static Duration backoff(int failures, double jitter) {
        checkJitter(jitter);
        if (failures < 1) {
            throw new IllegalArgumentException("there is nothing to wait for after " + failures + " failures");
        }
        long full = BACKOFF_FIRST.toMillis() << Math.min(failures - 1, DOUBLINGS_MAX);
        long bounded = Math.min(full, BACKOFF_LAST.toMillis());
        return Duration.ofMillis(bounded - (long) ((double) bounded / 2 * jitter));
    }

    /** When to replace a leaf of an earlier root: within 30 s of learning of the new one. */
    public static Instant afterRootChange(Instant learnt, double jitter) {
        checkJitter(jitter);
        return learnt.plusMillis((long) ((double) ROOT_CHANGE_SPREAD.toMillis() * jitter));
    }

    private static void checkJitter(double jitter) {
        if (!(jitter >= 0 && jitter < 1)) {
            throw new IllegalArgumentException("jitter " + jitter + " is not from 0 (inclusive) to 1 (exclusive)");
        }
    }
}
