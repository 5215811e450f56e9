package dev.steppe.simulation.bench.churn;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** How long things waited, by priority. */
final class Waits {
    private final TreeMap<Integer, List<Duration>> byPriority = new TreeMap<>();

    void add(int priority, Duration wait) {
        byPriority.computeIfAbsent(priority, it -> new ArrayList<>()).add(wait);
    }

    /** The longest of all. */
    Duration longest() {
        return byPriority.values().stream()
                .flatMap(List::stream)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** A line for each priority: how many, and the median, the 99th percentile and the longest wait in seconds. */
    List<String> lines() {
        var lines = new ArrayList<String>();
        byPriority.forEach((priority, waits) -> {
            Collections.sort(waits);
            lines.add(String.format(
                    Locale.ROOT,
                    "%8d %10d %10.3f %10.3f %10.3f",
                    priority,
                    waits.size(),
                    seconds(waits, 0.5),
                    seconds(waits, 0.99),
                    seconds(waits, 1)));
        });
        return lines;
    }

    private static double seconds(List<Duration> sorted, double part) {
        return sorted.get((int) Math.ceil(part * sorted.size()) - 1).toMillis() / 1e3;
    }
}
