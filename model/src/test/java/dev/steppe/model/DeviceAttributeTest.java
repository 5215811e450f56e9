package dev.steppe.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How what devices tell of themselves is read and compared. */
class DeviceAttributeTest {

    @ParameterizedTest
    @CsvSource({
        "2 GiB, 2048MiB, 0",
        "1.5GiB, 1GB, 1",
        "900MHz, 1GHz, -1",
        "100MB/s, 1GB/s, -1",
        "500mW, 1W, -1",
        "7, 8, -1",
        "abc, abd, -1",
        "true, true, 0"
    })
    void amounts_of_the_same_kind_are_compared_whatever_their_unit(String left, String right, int order) {
        var compared = DeviceAttribute.parse(left).compare(DeviceAttribute.parse(right));
        assertThat(Integer.signum(compared.orElseThrow())).isEqualTo(order);
    }

    @ParameterizedTest
    @CsvSource({"1GiB, 1GHz", "1GiB, 5", "abc, 5", "true, false", "1GB, 1GB/s"})
    void what_measures_something_else_has_no_order(String left, String right) {
        assertThat(DeviceAttribute.parse(left).compare(DeviceAttribute.parse(right)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"40GiB", "1.5GHz", "true", "7", "Tesla T4", "5 apples", "-3"})
    void it_is_written_as_it_was_read(String text) {
        assertThat(DeviceAttribute.parse(text).toString()).isEqualTo(text);
    }
}
