package dev.steppe.api.metrics;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Writes readings in the two published forms. Pure. */
public final class Exposition {
    private Exposition() {}

    /** The text that Prometheus scrapes. */
    public static byte[] prometheus(List<Reading> readings) {
        var snapshots = new ArrayList<MetricSnapshot>();
        byMetric(readings).forEach((metric, values) -> snapshots.add(snapshot(metric, values)));
        var text = new ByteArrayOutputStream(16 * 1024);
        try {
            PrometheusTextFormatWriter.create().write(text, new MetricSnapshots(snapshots));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toByteArray();
    }

    private static Map<Metric, List<Reading>> byMetric(List<Reading> readings) {
        var found = new EnumMap<Metric, List<Reading>>(Metric.class);
        for (Reading reading : readings) {
            found.computeIfAbsent(reading.metric(), metric -> new ArrayList<>()).add(reading);
        }
        return found;
    }

    private static MetricSnapshot snapshot(Metric metric, List<Reading> values) {
        var metadata = new MetricMetadata(metric.underscored(), metric.help());
        return switch (metric.kind()) {
            case GAUGE ->
                new GaugeSnapshot(
                        metadata,
                        values.stream()
                                .map(it -> new GaugeSnapshot.GaugeDataPointSnapshot(it.value(), labels(it), null))
                                .toList());
            case COUNTER ->
                new CounterSnapshot(
                        metadata,
                        values.stream()
                                .map(it -> CounterSnapshot.CounterDataPointSnapshot.builder()
                                        .value(it.value())
                                        .labels(labels(it))
                                        .build())
                                .toList());
            case SAMPLE ->
                new SummarySnapshot(
                        metadata,
                        values.stream()
                                .map(it -> SummarySnapshot.SummaryDataPointSnapshot.builder()
                                        .count(it.sample().orElseThrow().count())
                                        .sum(it.value())
                                        .labels(labels(it))
                                        .build())
                                .toList());
        };
    }

    private static Labels labels(Reading reading) {
        return Labels.of(
                reading.metric().labels().toArray(new String[0]),
                reading.labels().toArray(new String[0]));
    }

    /** The document that Nomad and Consul answer with, to be written as JSON. */
    public static SortedMap<String, Object> document(List<Reading> readings, Instant now) {
        var gauges = new ArrayList<Object>();
        var counters = new ArrayList<Object>();
        var samples = new ArrayList<Object>();
        for (Reading reading : readings) {
            switch (reading.metric().kind()) {
                case GAUGE -> {
                    var gauge = named(reading);
                    gauge.put("Value", reading.value());
                    gauges.add(gauge);
                }
                case COUNTER -> counters.add(counted(reading, 1, reading.value(), reading.value()));
                case SAMPLE -> {
                    var sample = reading.sample().orElseThrow();
                    samples.add(counted(reading, sample.count(), sample.least(), sample.most()));
                }
            }
        }
        var document = new TreeMap<String, Object>();
        document.put("Timestamp", now.toString().replace('T', ' ').replaceAll("\\..*|Z$", "") + " +0000 UTC");
        document.put("Gauges", gauges);
        document.put("Points", List.of());
        document.put("Counters", counters);
        document.put("Samples", samples);
        return document;
    }

    private static SortedMap<String, Object> named(Reading reading) {
        var labels = new TreeMap<String, Object>();
        for (int i = 0; i < reading.labels().size(); i++) {
            labels.put(reading.metric().labels().get(i), reading.labels().get(i));
        }
        var fields = new TreeMap<String, Object>();
        fields.put("Name", reading.metric().dotted());
        fields.put("Labels", labels);
        return fields;
    }

    private static SortedMap<String, Object> counted(Reading reading, long count, double least, double most) {
        var fields = named(reading);
        fields.put("Count", count);
        fields.put("Sum", reading.value());
        fields.put("Min", least);
        fields.put("Max", most);
        fields.put("Mean", reading.value() / count);
        return fields;
    }
}
