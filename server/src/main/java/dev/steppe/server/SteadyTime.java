package dev.steppe.server;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Time made from a clock that somebody may set and a process that may be held up: it never goes back, and between two looks
 * at it only so far. Whoever waits for the silence of others must not take a jump of the own clock for it.
 */
final class SteadyTime {
    /** A server looks every second; what lies further apart was not waited for. */
    private static final Duration STEP_MAX = Duration.ofSeconds(5);

    private Optional<Instant> lastLook = Optional.empty();
    private Instant steady = Instant.EPOCH;

    /** The time when the clock says this. */
    Instant at(Instant clock) {
        var step = Duration.between(lastLook.orElse(clock), clock);
        lastLook = Optional.of(clock);
        if (step.isPositive()) {
            steady = steady.plus(step.compareTo(STEP_MAX) < 0 ? step : STEP_MAX);
        }
        return steady;
    }
}
