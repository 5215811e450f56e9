package dev.steppe.examples;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The neighbour that has no business with the engine: asks it for numbers once a second through its own upstream and
 * prints one line each time, {@code scraped ...} or {@code refused ...}.
 */
public final class MetricsScraper {
    private MetricsScraper() {}

    public static void main(String[] arguments) {
        var engine = Upstream.named("transcode-engine", "127.0.0.1:9090");
        Executors.newSingleThreadScheduledExecutor()
                .scheduleWithFixedDelay(() -> print(line(engine)), 0, 1, TimeUnit.SECONDS);
    }

    static String line(Upstream engine) {
        try {
            return "scraped " + engine.get("/metrics").strip();
        } catch (IOException refused) {
            return "refused " + refused.getMessage();
        }
    }

    private static void print(String line) {
        System.out.printf(Locale.ROOT, "%s%n", line);
    }
}
