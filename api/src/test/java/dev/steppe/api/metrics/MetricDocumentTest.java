package dev.steppe.api.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Proves that docs/metrics.md says what the table says; {@code -Dgolden.write=true} writes it. */
class MetricDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/metrics.md");

    private static final String HEAD = """
            # Metrics

            `/v1/metrics` of the Nomad dialect and `/v1/agent/metrics` of the Consul dialect, on every agent: as JSON, and with `?format=prometheus` as text.
            They need `agent:read`. A scrape costs a look at the state and at the tasks of the node; between scrapes only what is counted costs anything.

            ```yaml
            # prometheus.yml
            scrape_configs:
              - job_name: steppe
                metrics_path: /v1/metrics
                params: { format: [prometheus] }
                static_configs: [{ targets: ["127.0.0.1:4646"] }]
            ```

            Names are those that dashboards for Nomad know, with dots in JSON and underscores in Prometheus' text; there counters end in `_total`, and a sample is a
            summary with `_count` and `_sum`. Rates are those since the scrape before; the first scrape after a start has none. This table is made from the code
            (`Metric`).

            | metric | kind | labels | what |
            |---|---|---|---|
            """;

    @Test
    void the_document_is_made_of_the_table() throws IOException {
        var made = HEAD
                + Arrays.stream(Metric.values())
                        .map(metric -> "| `%s` | %s | %s | %s |%n"
                                .formatted(
                                        metric.underscored(),
                                        metric.kind().name().toLowerCase(java.util.Locale.ROOT),
                                        metric.labels().isEmpty() ? "" : String.join(", ", metric.labels()),
                                        metric.help()))
                        .collect(Collectors.joining());
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(DOCUMENT, made);
        }
        assertThat(Files.readString(DOCUMENT)).isEqualTo(made);
    }
}
