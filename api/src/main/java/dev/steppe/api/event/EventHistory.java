package dev.steppe.api.event;

import dev.steppe.state.Event;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The latest changes of the state, in their order, for any number of readers at their own pace. Bounded: a reader that is
 * slower than the changes is told what it missed. To be registered as a listener of the store. Safe for any thread.
 */
public final class EventHistory implements Store.Listener {
    /** As many as people are used to look back, and some for readers that pause. */
    public static final int CHANGES_KEPT = 256;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();
    private final ArrayDeque<Change> changes = new ArrayDeque<>();
    private Snapshot newest;
    private long nextNumber;

    /** What one command changed, with the state before and after. */
    public record Change(Snapshot before, Snapshot after, List<Event> events) {
        public long index() {
            return after.index();
        }
    }

    /** The reader was slower than the changes; the events up to this index are gone. */
    public static final class FellBehindException extends Exception {
        private static final long serialVersionUID = 1L;

        FellBehindException(long index) {
            super("events up to index " + index + " are gone, the reader was too slow; read the state again and go on"
                    + " with index " + (index + 1));
        }
    }

    /** {@code start} is the state whose changes are told. */
    public EventHistory(Snapshot start) {
        newest = start;
    }

    @Override
    public void applied(Snapshot after, List<Event> events) {
        lock.lock();
        try {
            if (events.stream().anyMatch(Event.Replaced.class::isInstance)) {
                // another state has no history, and what was restored would be in memory twice
                changes.clear();
                newest = after;
            }
            changes.addLast(new Change(newest, after, List.copyOf(events)));
            newest = after;
            nextNumber++;
            if (changes.size() > CHANGES_KEPT) {
                changes.removeFirst();
            }
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A reader that begins with the first kept change of this index or later. */
    public Reader from(long index) {
        lock.lock();
        try {
            long older =
                    changes.stream().filter(change -> change.index() < index).count();
            return new Reader(nextNumber - changes.size() + older);
        } finally {
            lock.unlock();
        }
    }

    /** One place in the history. For one thread. */
    public final class Reader {
        private long number;

        private Reader(long number) {
            this.number = number;
        }

        /** The next change, waited for; empty when none came in time. */
        public Optional<Change> next(Duration patience) throws InterruptedException, FellBehindException {
            lock.lockInterruptibly();
            try {
                long left = patience.toNanos();
                while (number == nextNumber && left > 0) {
                    left = grown.awaitNanos(left);
                }
                if (number == nextNumber) {
                    return Optional.empty();
                }
                long first = nextNumber - changes.size();
                if (number < first) {
                    throw new FellBehindException(changes.getFirst().before().index());
                }
                var change = changes.stream().skip(number - first).findFirst();
                number++;
                return change;
            } finally {
                lock.unlock();
            }
        }
    }
}
