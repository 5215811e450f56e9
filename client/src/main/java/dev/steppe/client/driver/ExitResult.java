package dev.steppe.client.driver;

import java.time.Instant;
import java.util.Optional;

/**
 * How a task ended: its exit code (128 and more when a signal ended it, as shells count), the number of that signal or
 * zero, whether memory ran out, when; an error when nobody can know how it ended; the figures of the memory that
 * ran out where they are known.
 */
public record ExitResult(
        int exitCode,
        int signal,
        boolean oomKilled,
        Optional<String> error,
        Instant at,
        Optional<String> memoryExplanation) {

    /** Without figures of the memory that ran out. */
    public ExitResult(int exitCode, int signal, boolean oomKilled, Optional<String> error, Instant at) {
        this(exitCode, signal, oomKilled, error, at, Optional.empty());
    }

    /** True when the task ended by itself with code zero. */
    public boolean successful() {
        return exitCode == 0 && error.isEmpty();
    }
}
