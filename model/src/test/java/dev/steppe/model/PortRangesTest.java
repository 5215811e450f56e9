package dev.steppe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortRangesTest {
    @Test
    void ports_and_ranges_hold_their_ends() {
        var ports = new PortRanges("22, 8500-8502").and(new PortRanges("8502-8503"));
        assertThat(ports.contains(22)).isTrue();
        assertThat(ports.contains(8500)).isTrue();
        assertThat(ports.contains(8503)).isTrue();
        assertThat(ports.contains(23)).isFalse();
        assertThat(ports.countBetween(8000, 9000)).isEqualTo(4);
        assertThat(PortRanges.NONE.contains(22)).isFalse();
        assertThat(PortRanges.NONE.countBetween(1, 65_535)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "70000", "9-8", "1-2-3", "1,,2", "-5"})
    void what_is_no_list_of_ports_is_refused(String text) {
        assertThatThrownBy(() -> new PortRanges(text)).hasMessageContaining("ports and ranges");
    }
}
