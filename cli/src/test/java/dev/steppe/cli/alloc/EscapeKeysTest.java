package dev.steppe.cli.alloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EscapeKeysTest {
    private final EscapeKeys keys = new EscapeKeys('~');

    private Optional<String> meant(String typed) {
        return keys.meant(typed.getBytes(StandardCharsets.UTF_8))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    @Test
    void the_character_and_a_dot_end_the_session_at_the_beginning_of_a_line_only() {
        assertThat(meant("ls ~.\r")).contains("ls ~.\r");
        assertThat(meant("~.")).isEmpty();
    }

    @Test
    void the_two_keys_may_come_one_by_one() {
        assertThat(meant("~")).contains("");
        assertThat(meant(".")).isEmpty();
    }

    @Test
    void twice_the_character_types_it_once_and_before_another_key_it_is_typed() {
        assertThat(meant("~~/x\r")).contains("~/x\r");
        assertThat(meant("~/y\r")).contains("~/y\r");
    }
}
