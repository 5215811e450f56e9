package dev.steppe.api.metrics;

import java.util.List;
import java.util.Optional;

/**
 * Which figures an agent publishes.
 *
 * @param prometheus also as text for Prometheus
 * @param tasks those of single tasks
 * @param machine those of the machine beneath the node
 * @param prefixes names that are published ({@code +nomad.client}) or not ({@code -nomad.raft}); the longest that fits decides
 * @param others what becomes of names that no prefix fits
 */
public record Publishing(boolean prometheus, boolean tasks, boolean machine, List<String> prefixes, boolean others) {
    private static final String TASKS = "nomad.client.allocs.";
    private static final String MACHINE = "nomad.client.host.";

    public Publishing {
        prefixes = List.copyOf(prefixes);
        for (String prefix : prefixes) {
            if (!prefix.startsWith("+") && !prefix.startsWith("-")) {
                throw new IllegalArgumentException("\"" + prefix + "\" begins with neither + nor -");
            }
        }
    }

    /** Everything. */
    public static Publishing all() {
        return new Publishing(true, true, true, List.of(), true);
    }

    boolean shows(Metric metric) {
        if (!tasks && metric.dotted().startsWith(TASKS) && metric.labels().contains("task")) {
            return false;
        }
        if (!machine && metric.dotted().startsWith(MACHINE)) {
            return false;
        }
        Optional<String> longest = Optional.empty();
        for (String prefix : prefixes) {
            if (metric.dotted().startsWith(prefix.substring(1))
                    && longest.filter(it -> it.length() > prefix.length()).isEmpty()) {
                longest = Optional.of(prefix);
            }
        }
        return longest.map(prefix -> prefix.startsWith("+")).orElse(others);
    }
}
