package dev.steppe.api.metrics;

import java.util.List;
import java.util.Optional;

/**
 * One value of a metric, with the values of its labels in the table's order. {@code sample} is there when the metric is
 * one: then the value is the sum.
 */
public record Reading(Metric metric, List<String> labels, double value, Optional<Sample> sample) {

    /** How many values there were since the start, and their extremes. */
    public record Sample(long count, double least, double most) {}

    public Reading {
        if (labels.size() != metric.labels().size()) {
            throw new IllegalArgumentException(metric + " has labels " + metric.labels() + ", not " + labels);
        }
    }

    static Reading of(Metric metric, List<String> labels, double value) {
        return new Reading(metric, labels, value, Optional.empty());
    }
}
