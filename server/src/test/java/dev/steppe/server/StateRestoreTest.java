package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StateRestoreTest {
    @Test
    void state_that_servers_could_not_hold_while_they_take_it_in_is_refused_with_the_heap_that_it_needs() {
        assertThat(StateRestore.tooLarge(512L << 20, 100L << 20, 1L << 30))
                .hasValueSatisfying(why -> assertThat(why)
                        .startsWith(
                                "nothing was restored: a state of 512 MB in the place of one of 100 MB needs servers with 1700 MB")
                        .contains("this one has 1024")
                        .contains("-Xmx2g"));
        assertThat(StateRestore.tooLarge(512L << 20, 100L << 20, 2L << 30)).isEmpty();
        assertThat(StateRestore.tooLarge(0, 0, 64L << 20)).isEmpty();
    }
}
