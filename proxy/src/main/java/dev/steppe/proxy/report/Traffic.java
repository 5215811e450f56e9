package dev.steppe.proxy.report;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** The counters of one listener. Written by event loops, read by anyone. */
public final class Traffic {
    private final LongAdder accepted = new LongAdder();
    private final LongAdder denied = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder fromApplication = new LongAdder();
    private final LongAdder toApplication = new LongAdder();
    private final AtomicInteger active = new AtomicInteger();

    /** A call begins. */
    public void begun() {
        accepted.increment();
        active.incrementAndGet();
    }

    /** A call that had begun is over. */
    public void over() {
        active.decrementAndGet();
    }

    public void denied() {
        denied.increment();
    }

    public void failed() {
        failed.increment();
    }

    public void fromApplication(long bytes) {
        fromApplication.add(bytes);
    }

    public void toApplication(long bytes) {
        toApplication.add(bytes);
    }

    public long acceptedTotal() {
        return accepted.sum();
    }

    public int activeNow() {
        return active.get();
    }

    public long deniedTotal() {
        return denied.sum();
    }

    public long failedTotal() {
        return failed.sum();
    }

    public long bytesFromApplication() {
        return fromApplication.sum();
    }

    public long bytesToApplication() {
        return toApplication.sum();
    }
}
