package dev.steppe.io;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A {@link Loop} on one platform thread. An action that throws is a bug: it is logged and the loop goes on, so that one
 * bad request cannot stop an agent.
 */
public final class ThreadLoop implements Loop {
    private static final System.Logger LOG = System.getLogger(ThreadLoop.class.getName());

    private final TaskScope scope;
    private final String name;
    private final RandomGenerator random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Entry> queue = new PriorityQueue<>();
    private long sequence;

    public ThreadLoop(String name) {
        this.name = name;
        this.scope = new TaskScope(name);
        scope.startPlatform("loop", this::run);
    }

    @Override
    public void execute(Runnable action) {
        enqueue(0, action);
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public Duration uptime() {
        return Uptime.now();
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        var entry = enqueue(System.nanoTime() + Math.max(1, delay.toNanos()), action);
        return () -> entry.cancelled.set(true);
    }

    @Override
    public <T> void offload(String id, Callable<T> work, Consumer<Outcome<T>> then) {
        scope.startVirtual(id, () -> {
            Outcome<T> outcome;
            try {
                outcome = new Outcome.Done<>(work.call());
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception reason) {
                outcome = new Outcome.Failed<>(reason);
            }
            var delivered = outcome;
            execute(() -> then.accept(delivered));
        });
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public void close() {
        scope.close();
    }

    private Entry enqueue(long dueNanos, Runnable action) {
        lock.lock();
        try {
            var entry = new Entry(dueNanos, sequence++, action, new AtomicBoolean());
            queue.add(entry);
            changed.signal();
            return entry;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (!scope.isClosed()) {
            try {
                var entry = next();
                if (!entry.cancelled.get()) {
                    entry.action.run();
                }
            } catch (InterruptedException stopping) {
                return;
            } catch (RuntimeException bug) {
                LOG.log(Level.ERROR, "loop action failed loop=" + name, bug);
            }
        }
    }

    private Entry next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                var head = queue.peek();
                if (head == null) {
                    changed.await();
                    continue;
                }
                long waitNanos = head.dueNanos == 0 ? 0 : head.dueNanos - System.nanoTime();
                if (waitNanos <= 0) {
                    queue.remove();
                    return head;
                }
                changed.awaitNanos(waitNanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Due time zero means at once; entries of equal time keep their order. */
    private record Entry(long dueNanos, long sequence, Runnable action, AtomicBoolean cancelled)
            implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            if (dueNanos == 0 || other.dueNanos == 0) {
                return dueNanos == other.dueNanos ? Long.compare(sequence, other.sequence) : dueNanos == 0 ? -1 : 1;
            }
            int byTime = Long.compare(dueNanos - other.dueNanos, 0);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }
}
