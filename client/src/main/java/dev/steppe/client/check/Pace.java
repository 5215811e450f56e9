package dev.steppe.client.check;

import dev.steppe.model.CheckStatus;
import dev.steppe.model.ServiceCheck;
import java.time.Duration;
import java.util.Optional;

/**
 * When a check is asked next. Until it passed for the first time that is soon, so that a new instance serves soon, and the
 * longer it has not, the less often; afterwards at its interval. Scripts always keep to that.
 */
final class Pace {
    /** The type of checks that are commands. */
    static final String SCRIPT = "script";

    private static final Duration FIRST = Duration.ofMillis(250);
    /** Being found this part of its waiting later does not matter to an instance. */
    private static final int PART = 8;

    private final Duration interval;
    private final Duration begun;
    private boolean passedOnce;
    private Optional<Duration> counted = Optional.empty();

    /** {@code status} is what it has to begin with; times are those of a clock that only goes on. */
    Pace(ServiceCheck check, String status, Duration begun) {
        this.interval = check.interval();
        this.begun = begun;
        this.passedOnce = status.equals(CheckStatus.PASSING) || check.type().equals(SCRIPT);
    }

    /**
     * What follows a result.
     *
     * @param time the pause before the next one
     * @param counts whether a restart policy, which counts intervals, is told of this one
     */
    record Pause(Duration time, boolean counts) {}

    Pause after(String status, Duration now) {
        boolean passes = status.equals(CheckStatus.PASSING);
        boolean counts = passes
                || passedOnce
                || counted.filter(last -> now.minus(last).compareTo(interval) < 0)
                        .isEmpty();
        if (counts) {
            counted = Optional.of(now);
        }
        passedOnce |= passes;
        return new Pause(passedOnce ? interval : eager(now), counts);
    }

    /** Never past the time at which the next one counts, so that a restart policy counts one each interval. */
    private Duration eager(Duration now) {
        var part = now.minus(begun).dividedBy(PART);
        var pause = part.compareTo(FIRST) < 0 ? FIRST : part;
        var due = counted.orElse(now).plus(interval).minus(now);
        return pause.compareTo(due) < 0 ? pause : due;
    }
}
