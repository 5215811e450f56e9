package dev.steppe.agent.configuration;

import java.time.Duration;
import java.util.Optional;

/**
 * What an agent logs, how and where.
 *
 * @param file also written there; a path that ends in a slash is a directory
 * @param rotateBytes a file is closed at this size; 0 for no limit
 * @param filesKept closed files that are kept; empty for all
 */
public record LogSettings(
        LogLevel level,
        boolean json,
        boolean location,
        Optional<String> file,
        Duration rotateAfter,
        long rotateBytes,
        Optional<Integer> filesKept) {}
