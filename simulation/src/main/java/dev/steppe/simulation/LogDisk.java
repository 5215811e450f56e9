package dev.steppe.simulation;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Where a member of the simulated log writes. What was written survives its process; what was under way does not. */
final class LogDisk {
    private static final long WRITE_NANOS_MAX = 4_000_000;
    private static final long SLOW_WRITE_NANOS_MAX = 400_000_000;

    private final VirtualTime time;
    private final SplittableRandom random;
    private final boolean forgetful;
    private final LogContent durable;
    private long lastWriteNanos;
    private boolean slow;

    /** A forgetful disk loses its newest entry when its member ends: a fault that invariants must find. */
    LogDisk(VirtualTime time, List<String> members, boolean forgetful) {
        this.time = time;
        this.durable = new LogContent(members);
        this.random = time.split();
        this.forgetful = forgetful;
    }

    /** What a new process finds. */
    LogContent read() {
        if (forgetful) {
            durable.forgetLast();
        }
        return durable.copy();
    }

    void slow(boolean now) {
        slow = now;
    }

    /** Makes a change durable after those before it, and calls back; neither happens if its process ends before. */
    void write(Consumer<LogContent> change, BooleanSupplier processLives, Runnable then) {
        long takes = random.nextLong(1, slow ? SLOW_WRITE_NANOS_MAX : WRITE_NANOS_MAX);
        lastWriteNanos = Math.max(lastWriteNanos + 1, time.nowNanos() + takes);
        time.at(lastWriteNanos, "log durable", processLives, () -> {
            change.accept(durable);
            then.run();
        });
    }
}
