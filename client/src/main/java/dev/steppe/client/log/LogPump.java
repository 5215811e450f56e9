package dev.steppe.client.log;

import dev.steppe.io.TaskScope;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Moves on the output of all tasks of a node, on one thread: a busy one is looked at often, a quiet one a few times a
 * second. Tasks neither wait for it nor notice when it is away. Callable from any thread.
 */
public final class LogPump implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LogPump.class.getName());
    private static final Duration SOON = Duration.ofMillis(20);
    private static final Duration LATE = Duration.ofMillis(320);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    private final TaskScope scope = new TaskScope("logs");
    private final TreeMap<String, Followed> followed = new TreeMap<>();

    private static final class Followed {
        private final RotatedLog log;
        private Duration pause = SOON;
        private long dueNanos = System.nanoTime();

        Followed(RotatedLog log) {
            this.log = log;
        }
    }

    public LogPump() {
        scope.startPlatform("pump", this::run);
    }

    /** Moves on this log from now on; the key names it for {@link #leave}. Idempotent. */
    public void follow(String key, RotatedLog log) {
        synchronized (followed) {
            followed.putIfAbsent(key, new Followed(log));
            followed.notifyAll();
        }
    }

    /** Does not look at it any more. Idempotent. */
    public void leave(String key) {
        synchronized (followed) {
            followed.remove(key);
        }
    }

    private void run() {
        try {
            while (!scope.isClosed()) {
                for (Followed one : due()) {
                    look(one);
                }
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    /** Those whose time has come; waits for the first. */
    private List<Followed> due() throws InterruptedException {
        synchronized (followed) {
            while (true) {
                long now = System.nanoTime();
                long wait = LATE.toNanos();
                var due = new ArrayList<Followed>();
                for (Followed one : followed.values()) {
                    if (one.dueNanos - now <= 0) {
                        due.add(one);
                    } else {
                        wait = Math.min(wait, one.dueNanos - now);
                    }
                }
                if (!due.isEmpty()) {
                    return due;
                }
                followed.wait(wait / 1_000_000, (int) (wait % 1_000_000));
            }
        }
    }

    private void look(Followed one) {
        try {
            long before = one.log.moved();
            boolean more = one.log.advance();
            var longer = one.pause.multipliedBy(2);
            one.pause = one.log.moved() > before ? SOON : longer.compareTo(LATE) > 0 ? LATE : longer;
            one.dueNanos = System.nanoTime() + (more ? 0 : one.pause.toNanos());
        } catch (IOException failed) {
            one.dueNanos = System.nanoTime() + AFTER_FAILURE.toNanos();
            if (!scope.isClosed()) {
                LOG.log(Level.WARNING, "output stays where its task writes it, for now reason=" + failed.getMessage());
            }
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
