package dev.steppe.language.duration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Durations read and written in Go's notation. */
class DurationTextTest {

    @ParameterizedTest
    @CsvSource({
        "1h30m, 5400000000000, 1h30m0s",
        "10s, 10000000000, 10s",
        "100ms, 100000000, 100ms",
        "1.5s, 1500000000, 1.5s",
        "0, 0, 0s",
        "0s, 0, 0s",
        "-2m, -120000000000, -2m0s",
        "+5s, 5000000000, 5s",
        ".5h, 1800000000000, 30m0s",
        "250us, 250000, 250µs",
        "250µs, 250000, 250µs",
        "7ns, 7, 7ns",
        "1m0.25s, 60250000000, 1m0.25s",
        "48h, 172800000000000, 48h0m0s",
        "2540400h10m10.000000000s, 9145440610000000000, 2540400h10m10s"
    })
    void duration_is_read_and_written_as_listed(String text, long nanos, String written) throws Exception {
        assertThat(DurationText.parse(text)).isEqualTo(Duration.ofNanos(nanos));
        assertThat(DurationText.format(Duration.ofNanos(nanos))).isEqualTo(written);
    }

    @Test
    void what_is_not_a_duration_is_refused_with_its_text_and_a_remedy() {
        for (String text : List.of("", "-", "5", "s", "5 s", "1.s.", "1d", "1..5s", "h1", "five", "1h30", "9999999h")) {
            assertThatThrownBy(() -> DurationText.parse(text))
                    .as(text)
                    .isInstanceOf(DurationText.InvalidDurationException.class)
                    .hasMessageContaining("\"" + text + "\"");
        }
    }
}
