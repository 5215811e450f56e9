package dev.steppe.io;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Owns every thread started through it: no thread outlives its scope. Closing interrupts all of them and waits at most
 * the drain deadline. Thread names are {@code role/id}. Safe for use from any thread.
 */
public final class TaskScope implements AutoCloseable {
    private static final Duration DRAIN_DEADLINE = Duration.ofSeconds(5);

    private final String role;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    public TaskScope(String role) {
        this.role = role;
    }

    /** Starts work that may block, on a virtual thread. Refused once the scope is closed. */
    public Thread startVirtual(String id, Runnable work) {
        return start(Thread.ofVirtual(), id, work);
    }

    /** Starts a platform thread, for loops and for work that changes the thread itself (namespaces). */
    public Thread startPlatform(String id, Runnable work) {
        return start(Thread.ofPlatform().daemon(true), id, work);
    }

    private Thread start(Thread.Builder builder, String id, Runnable work) {
        if (closed.get()) {
            throw new IllegalStateException("scope " + role + " is closed, cannot start " + id);
        }
        var thread = builder.name(role + "/" + id).unstarted(() -> {
            try {
                work.run();
            } finally {
                threads.remove(Thread.currentThread());
            }
        });
        threads.add(thread);
        thread.start();
        return thread;
    }

    /** True once {@link #close()} was called. */
    public boolean isClosed() {
        return closed.get();
    }

    /** Interrupts all threads of this scope and waits for them, at most five seconds. Idempotent. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        threads.forEach(Thread::interrupt);
        long deadlineNanos = System.nanoTime() + DRAIN_DEADLINE.toNanos();
        for (Thread thread : threads) {
            if (thread == Thread.currentThread()) {
                continue;
            }
            try {
                long leftNanos = deadlineNanos - System.nanoTime();
                if (leftNanos > 0) {
                    thread.join(Duration.ofNanos(leftNanos));
                }
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
