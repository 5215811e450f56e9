package dev.steppe.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * The one clock and the one queue of a simulated world. Events run one at a time, by due time; those due at the same
 * moment in an order the seed decides. Nothing else moves the world, so a seed gives the same run again. One thread only.
 */
public final class VirtualTime {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final SplittableRandom random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowNanos;
    private long sequence;
    private long steps;
    private long trace = 17;

    public VirtualTime(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Something that will happen, unless cancelled or its owner is gone. */
    private record Event(long dueNanos, int tie, long sequence, String label, BooleanSupplier wanted, Runnable action)
            implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(dueNanos, other.dueNanos);
            if (byTime != 0) {
                return byTime;
            }
            int byTie = Integer.compare(tie, other.tie);
            return byTie != 0 ? byTie : Long.compare(sequence, other.sequence);
        }
    }

    public Instant now() {
        return BEGIN.plusNanos(nowNanos);
    }

    long nowNanos() {
        return nowNanos;
    }

    /** Time since the world began. */
    public Duration elapsed() {
        return Duration.ofNanos(nowNanos);
    }

    /** Events run so far. */
    public long steps() {
        return steps;
    }

    /** A number that differs when anything happened otherwise. */
    public long trace() {
        return trace;
    }

    /** A random source of its own for a part of the world, so that parts do not disturb each other's choices. */
    public SplittableRandom split() {
        return random.split();
    }

    /** Runs the action after the delay. */
    public void after(Duration delay, String label, Runnable action) {
        at(nowNanos + Math.max(0, delay.toNanos()), label, () -> true, action);
    }

    /** Runs the action at a moment not before now, if it is still wanted then. */
    void at(long dueNanos, String label, BooleanSupplier wanted, Runnable action) {
        events.add(new Event(Math.max(nowNanos, dueNanos), random.nextInt(), sequence++, label, wanted, action));
    }

    /** Runs the next event and tells what it was; empty when nothing will ever happen again. */
    public String step() {
        while (!events.isEmpty()) {
            var next = events.remove();
            nowNanos = next.dueNanos;
            if (next.wanted.getAsBoolean()) {
                steps++;
                trace = 31 * (31 * trace + next.dueNanos) + next.label.hashCode();
                next.action.run();
                return next.label;
            }
        }
        return "";
    }

    /** Mixes an outcome into the trace. */
    void note(long value) {
        trace = 31 * trace + value;
    }
}
