package dev.steppe.simulation;

import dev.steppe.io.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A loop on virtual time. Actions keep their order, each a little after the one before; timers fire a little late;
 * offloaded work runs at once and its outcome arrives after a delay. A closed loop runs nothing any more, as if its
 * process had been killed.
 */
public final class SimulatedLoop implements Loop {
    private static final int ACTION_NANOS_MAX = 50_000;
    private static final int TIMER_LATE_NANOS_MAX = 1_000_000;
    private static final long WORK_NANOS_MAX = 30_000_000;

    private final VirtualTime time;
    private final String name;
    private final SimulatedClock clock;
    private final SplittableRandom delays;
    private final SplittableRandom random;
    private long lastActionNanos;
    private boolean closed;

    /** The clock of this loop's machine goes wrong by a constant. */
    public SimulatedLoop(VirtualTime time, String name, Duration clockError) {
        this(time, name, new SimulatedClock(clockError));
    }

    /** The clock of this loop's machine may jump. */
    SimulatedLoop(VirtualTime time, String name, SimulatedClock clock) {
        this.time = time;
        this.name = name;
        this.clock = clock;
        this.delays = time.split();
        this.random = time.split();
    }

    @Override
    public void execute(Runnable action) {
        lastActionNanos = Math.max(lastActionNanos + 1, time.nowNanos() + delays.nextInt(1, ACTION_NANOS_MAX));
        time.at(lastActionNanos, name, this::isOpen, action);
    }

    @Override
    public Instant now() {
        return time.now().plus(clock.error());
    }

    @Override
    public Duration uptime() {
        return Duration.ofNanos(time.nowNanos());
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        var cancelled = new AtomicBoolean();
        long due = time.nowNanos() + Math.max(0, delay.toNanos()) + delays.nextInt(TIMER_LATE_NANOS_MAX);
        time.at(due, name + "/timer", () -> isOpen() && !cancelled.get(), action);
        return () -> cancelled.set(true);
    }

    @Override
    public <T> void offload(String id, Callable<T> work, Consumer<Outcome<T>> then) {
        var outcome = run(work);
        time.at(
                time.nowNanos() + delays.nextLong(1, WORK_NANOS_MAX),
                name + "/" + id,
                this::isOpen,
                () -> then.accept(outcome));
    }

    private static <T> Outcome<T> run(Callable<T> work) {
        try {
            return new Outcome.Done<>(work.call());
        } catch (Exception reason) {
            return new Outcome.Failed<>(reason);
        }
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
