package dev.steppe.agent.log;

import dev.steppe.agent.configuration.LogLevel;
import dev.steppe.agent.configuration.LogSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The log of the process in which an agent runs: what all loggers say goes to its error output, and to a file where one is
 * configured. There is one in a process; closing it gives the loggers back what they had.
 */
public final class AgentLog implements AutoCloseable {
    private static final String FILE = "steppe.log";

    private final Logger root = Logger.getLogger("");
    private final Handler[] before = root.getHandlers();
    private final Level levelBefore = root.getLevel();
    private final Sink sink;

    private AgentLog(Sink sink) {
        this.sink = sink;
    }

    /** From now on the process logs as told. Fails where the file cannot be written. */
    public static AgentLog install(LogSettings settings, PrintStream console) throws IOException {
        var log = new AgentLog(new Sink(console, file(settings)));
        for (Handler handler : log.before) {
            log.root.removeHandler(handler);
        }
        log.root.addHandler(log.sink);
        log.apply(settings);
        return log;
    }

    /** Another level and another form; the file stays. */
    public void apply(LogSettings settings) {
        root.setLevel(level(settings.level()));
        // those who watch may have finer events made than are to be written here
        sink.setLevel(level(settings.level()));
        sink.setFormatter(new LogFormat(settings.json(), settings.location(), ZoneId.systemDefault()));
    }

    private static Optional<RotatedFile> file(LogSettings settings) throws IOException {
        if (settings.file().isEmpty()) {
            return Optional.empty();
        }
        String name = settings.file().get();
        Path file = name.endsWith("/") ? Path.of(name, FILE) : Path.of(name);
        try {
            return Optional.of(new RotatedFile(
                    file,
                    settings.rotateAfter(),
                    settings.rotateBytes(),
                    settings.filesKept(),
                    InstantSource.system().instant()));
        } catch (IOException refused) {
            throw new IOException("the log file " + file + " cannot be written: " + refused, refused);
        }
    }

    private static Level level(LogLevel level) {
        return switch (level) {
            case TRACE -> Level.ALL;
            case DEBUG -> Level.FINE;
            case INFO -> Level.INFO;
            case WARN -> Level.WARNING;
            case ERROR -> Level.SEVERE;
            case OFF -> Level.OFF;
        };
    }

    @Override
    public void close() {
        root.removeHandler(sink);
        for (Handler handler : before) {
            root.addHandler(handler);
        }
        root.setLevel(levelBefore);
        sink.close();
    }

    /** Writes each event to both places; a full disk takes the file away, not the agent. */
    private static final class Sink extends Handler {
        private final PrintStream console;
        private Optional<RotatedFile> file;

        private Sink(PrintStream console, Optional<RotatedFile> file) {
            this.console = console;
            this.file = file;
        }

        @Override
        public synchronized void publish(LogRecord event) {
            if (!isLoggable(event)) {
                return;
            }
            String text = getFormatter().format(event);
            console.print(text);
            try {
                if (file.isPresent()) {
                    file.get().write(text, event.getInstant());
                }
            } catch (IOException failed) {
                console.println("the log file cannot be written any more: " + failed);
                file = Optional.empty();
            }
        }

        @Override
        public void flush() {
            console.flush();
        }

        @Override
        public synchronized void close() {
            try {
                if (file.isPresent()) {
                    file.get().close();
                }
            } catch (IOException failed) {
                console.println("the log file cannot be closed: " + failed);
            }
            file = Optional.empty();
        }
    }
}
