package dev.steppe.api.log;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Hands what this program logs to those who watch. A watcher that is too slow loses lines and is told how many; logging
 * never waits for it. More than the program's own level is produced only while somebody watches with a finer one. Safe
 * for any thread. Closing ends it for all watchers.
 */
public final class LogBroadcast implements AutoCloseable {
    private static final String OWN = "dev.steppe";
    private static final int LINES_KEPT = 512;

    private final CopyOnWriteArrayList<Watcher> watchers = new CopyOnWriteArrayList<>();
    private final SimpleFormatter messages = new SimpleFormatter();
    private final Logger root = Logger.getLogger("");
    private final Logger own = Logger.getLogger(OWN);
    private final Optional<Level> ownLevel = Optional.ofNullable(own.getLevel());
    private final Handler handler = new Tap();

    /** One logged line. */
    public record Line(Instant at, String level, String logger, String message) {}

    public LogBroadcast() {
        handler.setLevel(Level.ALL);
        root.addHandler(handler);
    }

    private final class Tap extends Handler {
        @Override
        public void publish(LogRecord entry) {
            if (!watchers.isEmpty()) {
                var line = new Line(entry.getInstant(), word(entry.getLevel()), logger(entry), message(entry));
                for (Watcher watcher : watchers) {
                    watcher.offer(entry.getLevel(), line);
                }
            }
        }

        @Override
        public void flush() {
            // nothing is held back
        }

        @Override
        public void close() {
            // the watchers close themselves
        }
    }

    private static String logger(LogRecord entry) {
        var name = Optional.ofNullable(entry.getLoggerName()).orElse("");
        return name.startsWith(OWN + ".") ? name.substring(OWN.length() + 1).toLowerCase(java.util.Locale.ROOT) : name;
    }

    private String message(LogRecord entry) {
        var text = messages.formatMessage(entry);
        return Optional.ofNullable(entry.getThrown())
                .map(failure -> text + ": " + failure)
                .orElse(text);
    }

    /** The level in the words of the API. */
    public static String word(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (value >= Level.WARNING.intValue()) {
            return "WARN";
        }
        if (value >= Level.INFO.intValue()) {
            return "INFO";
        }
        return value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
    }

    /** The level that a word of the API means; empty for other words. */
    public static Optional<Level> level(String word) {
        return switch (word.toLowerCase(java.util.Locale.ROOT)) {
            case "trace" -> Optional.of(Level.FINEST);
            case "debug" -> Optional.of(Level.FINE);
            case "", "info" -> Optional.of(Level.INFO);
            case "warn" -> Optional.of(Level.WARNING);
            case "error", "err" -> Optional.of(Level.SEVERE);
            default -> Optional.empty();
        };
    }

    /** Begins to watch from this level up. To be closed. */
    public Watcher watch(Level level) {
        var watcher = new Watcher(level);
        watchers.add(watcher);
        adjust();
        return watcher;
    }

    /** The program logs as finely as its finest watcher asks, and as it did before when nobody asks for more. */
    private synchronized void adjust() {
        var usual = ownLevel.or(() -> Optional.ofNullable(root.getLevel())).orElse(Level.INFO);
        var finest = watchers.stream()
                .map(watcher -> watcher.level)
                .reduce(usual, (one, two) -> one.intValue() <= two.intValue() ? one : two);
        // without a level of its own it follows the root's, which a reload may change
        own.setLevel(finest.intValue() < usual.intValue() ? finest : ownLevel.orElse(null));
    }

    /** One who watches. For one thread, and closed by it. */
    public final class Watcher implements AutoCloseable {
        private final Level level;
        private final ArrayBlockingQueue<Line> lines = new ArrayBlockingQueue<>(LINES_KEPT);
        private final AtomicLong dropped = new AtomicLong();

        private Watcher(Level level) {
            this.level = level;
        }

        private void offer(Level of, Line line) {
            if (of.intValue() >= level.intValue() && !lines.offer(line)) {
                dropped.incrementAndGet();
            }
        }

        /** The next line, waited for; empty when none came in time. */
        public Optional<Line> next(Duration patience) throws InterruptedException {
            long lost = dropped.getAndSet(0);
            if (lost > 0) {
                return Optional.of(new Line(
                        Instant.now(), "WARN", "monitor", lost + " lines were dropped: the reader was too slow"));
            }
            return Optional.ofNullable(lines.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
        }

        @Override
        public void close() {
            watchers.remove(this);
            adjust();
        }
    }

    /** Idempotent. */
    @Override
    public void close() {
        root.removeHandler(handler);
        watchers.clear();
        adjust();
    }
}
