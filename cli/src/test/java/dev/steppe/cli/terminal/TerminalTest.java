package dev.steppe.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Proves how tables, times and amounts look, because scripts read them. */
class TerminalTest {

    @Test
    void columns_are_as_wide_as_their_widest_cell_and_empty_ones_say_so() {
        var table = new Table("ID", "Name", "Status").row("1", "sn\u00f6", "").row("22", "", "up");

        assertThat(table.render()).isEqualTo("ID  Name    Status\n" + "1   sn\u00f6     <none>\n" + "22  <none>  up");
        assertThatThrownBy(() -> table.row("too", "few")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void equals_signs_stand_below_each_other() {
        assertThat(new Fields().put("ID", "a").put("Name", "").put("N", 3).render())
                .isEqualTo("ID   = a\nName = <none>\nN    = 3");
    }

    @ParameterizedTest
    @CsvSource({
        "0,0s",
        "59,59s",
        "60,1m",
        "192,3m12s",
        "3600,1h",
        "7500,2h5m",
        "86400,1d",
        "90000,1d1h",
        "2592000,1mo",
        "31536000,1y",
        "34128000,1y1mo"
    })
    void a_span_shows_its_two_largest_units(long seconds, String shown) {
        assertThat(Times.span(Duration.ofSeconds(seconds))).isEqualTo(shown);
    }

    @Test
    void absolute_times_are_rfc_3339_in_the_persons_zone() {
        var instant = Instant.parse("2026-03-01T08:05:09.999Z");

        assertThat(Times.absolute(instant, ZoneOffset.UTC)).isEqualTo("2026-03-01T08:05:09Z");
        assertThat(Times.absolute(instant, ZoneId.of("Asia/Kolkata"))).isEqualTo("2026-03-01T13:35:09+05:30");
    }

    @Test
    void agents_times_for_not_yet_are_no_times() {
        assertThat(Times.ofNanos(0)).isEmpty();
        assertThat(Times.ofText("0001-01-01T00:00:00Z")).isEmpty();
        assertThat(Times.ofText("yesterday")).isEmpty();
        assertThat(Times.ofText("2026-03-01T08:05:09.5+01:00")).contains(Instant.parse("2026-03-01T07:05:09.5Z"));
        assertThat(Times.ofNanos(1_500_000_000L)).contains(Instant.ofEpochMilli(1_500));
        assertThat(Times.ago(Instant.ofEpochSecond(10), Instant.ofEpochSecond(5)))
                .isEqualTo("0s ago");
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "1023,1023 B", "1024,1 KiB", "6606028,6.2 MiB", "12582912,12 MiB", "8346128384,7.7 GiB"})
    void bytes_are_shown_in_the_largest_binary_unit(long bytes, String shown) {
        assertThat(Quantities.bytes(bytes)).isEqualTo(shown);
    }
}
