package dev.steppe.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/** How far the log is applied here, and who waits for more of it. Safe for use from any thread. */
final class Applied {
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<Long, List<Runnable>> waiting = new TreeMap<>();
    private volatile long entry = -1;
    private volatile boolean somebodyWaits;

    /** Runs that when the entry is applied: at once, or on the thread that applies it. */
    void when(long wanted, Runnable then) {
        if (wanted > entry) {
            lock.lock();
            try {
                somebodyWaits = true;
                if (wanted > entry) {
                    waiting.computeIfAbsent(wanted, _ -> new ArrayList<>()).add(then);
                    return;
                }
            } finally {
                lock.unlock();
            }
        }
        then.run();
    }

    void upTo(long index) {
        long last = Math.max(entry, index);
        entry = last;
        if (!somebodyWaits) {
            return;
        }
        var reached = new ArrayList<Runnable>();
        lock.lock();
        try {
            var past = waiting.headMap(last, true);
            past.values().forEach(reached::addAll);
            past.clear();
            somebodyWaits = !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
        reached.forEach(Runnable::run);
    }
}
