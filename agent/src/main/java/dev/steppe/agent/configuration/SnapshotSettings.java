package dev.steppe.agent.configuration;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The block {@code server { snapshots }}: the whole state in files of this server.
 *
 * @param retain so many of the youngest files are kept
 * @param directory below the data of the agent by default
 * @param name how the names of the files begin
 */
public record SnapshotSettings(Duration interval, int retain, Optional<Path> directory, String name) {
    private static final Duration RETRY_MAX = Duration.ofMinutes(1);

    /** When to try again after a failure. */
    public Duration retry() {
        return interval.compareTo(RETRY_MAX) < 0 ? interval : RETRY_MAX;
    }
}
