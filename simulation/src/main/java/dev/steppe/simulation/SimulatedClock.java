package dev.steppe.simulation;

import java.time.Duration;

/** The clock of a machine, which goes wrong by a little and sometimes jumps. Timers do not follow it. */
final class SimulatedClock {
    private final Duration usual;
    private Duration error;

    SimulatedClock(Duration usual) {
        this.usual = usual;
        this.error = usual;
    }

    Duration error() {
        return error;
    }

    void jump(Duration by) {
        error = error.plus(by);
    }

    /** Somebody sets it right, as far as it ever is. */
    void mend() {
        error = usual;
    }
}
