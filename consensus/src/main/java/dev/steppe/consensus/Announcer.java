package dev.steppe.consensus;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Tells listeners each change of a member's part once, in order, and never from two threads at a time. */
final class Announcer {
    private static final System.Logger LOG = System.getLogger(Announcer.class.getName());

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Consumer<Leadership>> listeners = new ArrayList<>();
    private final List<Runnable> untold = new ArrayList<>();
    private volatile Leadership latest;
    private boolean telling;

    Announcer(Leadership initial) {
        latest = initial;
    }

    Leadership latest() {
        return latest;
    }

    void listen(Consumer<Leadership> listener) {
        lock.lock();
        try {
            listeners.add(listener);
            var current = latest;
            untold.add(() -> listener.accept(current));
        } finally {
            lock.unlock();
        }
        tell();
    }

    /** Without effect if nothing changed, or after a final {@link Leadership.Stopped}. */
    void announce(Leadership leadership) {
        announce(() -> leadership);
    }

    /** The same with what is found out while nobody else announces: what is older never comes after what is newer. */
    void announce(Supplier<Leadership> look) {
        lock.lock();
        try {
            var leadership = look.get();
            if (latest.equals(leadership) || latest instanceof Leadership.Stopped) {
                return;
            }
            latest = leadership;
            for (var listener : listeners) {
                untold.add(() -> listener.accept(leadership));
            }
        } finally {
            lock.unlock();
        }
        tell();
    }

    private void tell() {
        while (true) {
            List<Runnable> batch;
            lock.lock();
            try {
                if (telling || untold.isEmpty()) {
                    return;
                }
                telling = true;
                batch = List.copyOf(untold);
                untold.clear();
            } finally {
                lock.unlock();
            }
            batch.forEach(Announcer::run);
            lock.lock();
            try {
                telling = false;
            } finally {
                lock.unlock();
            }
        }
    }

    private static void run(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException bug) {
            LOG.log(Level.ERROR, "leadership listener failed", bug);
        }
    }
}
