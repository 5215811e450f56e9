package dev.steppe.io;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The one owner of a piece of mutable state: everything handed to it runs in order, one at a time. It is also the only
 * source of time, randomness and background work its owner may use, so the same logic runs on a thread here and on
 * virtual time in a simulation.
 */
public interface Loop extends Executor, AutoCloseable {

    /** Runs the action later on this loop, after everything already queued. Callable from any thread. */
    @Override
    void execute(Runnable action);

    /** The current time: the wall clock here, virtual time in a simulation. */
    Instant now();

    /**
     * How long the machine runs, the time included that it slept. Unlike {@link #now} it goes on evenly whatever is done to
     * the clock: for what must not happen earlier or later because somebody sets it.
     */
    Duration uptime();

    /** Runs the action on this loop after the delay (zero or more), unless cancelled before. Callable from any thread. */
    Timer after(Duration delay, Runnable action);

    /**
     * Runs blocking work away from the loop and hands its outcome back on the loop. In a simulation the work runs at
     * once and the outcome arrives after a simulated delay.
     */
    <T> void offload(String name, Callable<T> work, Consumer<Outcome<T>> then);

    /** Randomness for ids and jitter. To be used on the loop only. */
    RandomGenerator random();

    /** Stops the loop; what is queued but not begun is dropped. Idempotent. */
    @Override
    void close();

    /** A pending action. */
    interface Timer {
        /** Prevents the action if it has not begun. Idempotent. */
        void cancel();
    }

    /** How offloaded work ended. */
    sealed interface Outcome<T> {
        /** The work returned a value. */
        record Done<T>(T value) implements Outcome<T> {}

        /** The work threw. */
        record Failed<T>(Exception reason) implements Outcome<T> {}
    }
}
