package dev.steppe.agent.configuration;

import java.util.Locale;
import java.util.Optional;

/** How much an agent logs, from most to nothing. */
public enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR,
    OFF;

    /** The level of this name, in any case and with the other names people use. */
    public static Optional<LogLevel> of(String name) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "TRACE" -> Optional.of(TRACE);
            case "DEBUG" -> Optional.of(DEBUG);
            case "INFO" -> Optional.of(INFO);
            case "WARN", "WARNING" -> Optional.of(WARN);
            case "ERR", "ERROR" -> Optional.of(ERROR);
            case "OFF" -> Optional.of(OFF);
            default -> Optional.empty();
        };
    }
}
