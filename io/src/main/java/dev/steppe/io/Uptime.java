package dev.steppe.io;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** How long the machine runs, as the kernel counts it: also while it is suspended, which Java's own clock leaves out. */
final class Uptime {
    private static final Path FILE = Path.of("/proc/uptime");
    private static final int NANO_DIGITS = 9;

    private Uptime() {}

    static Duration now() {
        try {
            var seconds = Files.readString(FILE).split(" ", 2)[0];
            return Duration.ofNanos(
                    new BigDecimal(seconds).movePointRight(NANO_DIGITS).longValue());
        } catch (IOException | NumberFormatException elsewhere) {
            return Duration.ofNanos(System.nanoTime());
        }
    }
}
