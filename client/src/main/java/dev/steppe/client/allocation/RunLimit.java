package dev.steppe.client.allocation;

import dev.steppe.io.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How long an allocation may run, counted from its beginning on this node whatever its tasks do. Owned by the client's loop. */
final class RunLimit {
    private final Loop loop;
    private final Runnable over;
    private Instant begun = Instant.EPOCH;
    private boolean overrun;
    private Optional<Loop.Timer> timer = Optional.empty();

    /** {@code over} is called once, when the time has passed. */
    RunLimit(Loop loop, Runnable over) {
        this.loop = loop;
        this.over = over;
    }

    /** Goes on counting where an earlier agent was. */
    void goOn(Instant since, boolean wasOverrun) {
        begun = since;
        overrun = wasOverrun;
    }

    void begin() {
        if (begun.equals(Instant.EPOCH)) {
            begun = loop.now();
        }
    }

    /** The time may have changed with a new version of the job. */
    void expect(Optional<Duration> most) {
        cancel();
        timer = begun.equals(Instant.EPOCH) ? Optional.empty() : most.map(this::start);
    }

    private Loop.Timer start(Duration most) {
        var left = Duration.between(loop.now(), begun.plus(most));
        return loop.after(left.isNegative() ? Duration.ZERO : left, over);
    }

    void cancel() {
        timer.ifPresent(Loop.Timer::cancel);
        timer = Optional.empty();
    }

    void overrun() {
        overrun = true;
    }

    /** When its time began to count; the epoch before it did. */
    Instant begun() {
        return begun;
    }

    boolean isOverrun() {
        return overrun;
    }
}
