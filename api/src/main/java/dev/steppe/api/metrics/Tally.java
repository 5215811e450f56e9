package dev.steppe.api.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** What is counted as it happens. Safe for any thread. */
public final class Tally {
    private final Map<Key, Sum> sums = new ConcurrentHashMap<>();

    private record Key(Metric metric, List<String> labels) {}

    private record Sum(long count, double sum, double least, double most) {
        Sum plus(double value) {
            return new Sum(count + 1, sum + value, Math.min(least, value), Math.max(most, value));
        }
    }

    /** Counts up. */
    public void add(Metric metric, double amount, String... labels) {
        sums.merge(
                new Key(metric, List.of(labels)),
                new Sum(1, amount, amount, amount),
                (before, ignored) -> before.plus(amount));
    }

    /** All that was counted so far, in the order of the table. */
    List<Reading> readings() {
        var ordered = new TreeMap<String, Reading>();
        sums.forEach((key, sum) -> {
            var sample = key.metric.kind() == Metric.Kind.SAMPLE
                    ? Optional.of(new Reading.Sample(sum.count, sum.least, sum.most))
                    : Optional.<Reading.Sample>empty();
            ordered.put(
                    String.format("%03d%s", key.metric.ordinal(), key.labels),
                    new Reading(key.metric, key.labels, sum.sum, sample));
        });
        return new ArrayList<>(ordered.values());
    }
}
