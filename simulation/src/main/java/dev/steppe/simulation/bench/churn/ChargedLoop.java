package dev.steppe.simulation.bench.churn;

import dev.steppe.io.Loop;
import dev.steppe.simulation.VirtualTime;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A loop on virtual time whose actions take as long as they really take on this machine: the next one begins when the one
 * before is over. Work that is handed away is done one after the other by one processor more.
 */
final class ChargedLoop implements Loop {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final VirtualTime time;
    private final SplittableRandom random;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private boolean busy;
    private boolean closed;
    private Duration workFree = Duration.ZERO;
    private long loopNanos;
    private long workNanos;

    ChargedLoop(VirtualTime time) {
        this.time = time;
        random = time.split();
    }

    /** Processor time of this thread. */
    static long processorNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** What the actions of the loop took in all. */
    Duration loopBusy() {
        return Duration.ofNanos(loopNanos);
    }

    /** What was handed away took in all. */
    Duration workBusy() {
        return Duration.ofNanos(workNanos);
    }

    @Override
    public void execute(Runnable action) {
        queue.add(action);
        if (!busy) {
            busy = true;
            time.after(Duration.ZERO, "server", this::next);
        }
    }

    private void next() {
        var action = queue.poll();
        if (action == null || closed) {
            busy = false;
            return;
        }
        long begun = processorNanos();
        action.run();
        long took = processorNanos() - begun;
        loopNanos += took;
        time.after(Duration.ofNanos(took), "server", this::next);
    }

    @Override
    public Instant now() {
        return time.now();
    }

    @Override
    public Duration uptime() {
        return time.elapsed();
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        var cancelled = new AtomicBoolean();
        time.after(delay, "server timer", () -> {
            if (!cancelled.get()) {
                execute(action);
            }
        });
        return () -> cancelled.set(true);
    }

    @Override
    public <T> void offload(String name, Callable<T> work, Consumer<Outcome<T>> then) {
        long begun = processorNanos();
        var outcome = outcome(work);
        long took = processorNanos() - begun;
        workNanos += took;
        var begins = workFree.compareTo(time.elapsed()) > 0 ? workFree : time.elapsed();
        workFree = begins.plusNanos(took);
        time.after(workFree.minus(time.elapsed()), name, () -> execute(() -> then.accept(outcome)));
    }

    private static <T> Outcome<T> outcome(Callable<T> work) {
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

    @Override
    public void close() {
        closed = true;
    }
}
