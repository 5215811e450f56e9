package dev.steppe.api.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.state.Event;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves that readers get every change once and in order, or are told what they missed. */
class EventHistoryTest {
    private final EventHistory history = new EventHistory(Snapshot.empty());

    private void changes(int count) {
        for (int i = 0; i < count; i++) {
            history.applied(Snapshot.empty(), List.of());
        }
    }

    @Test
    void a_reader_gets_what_was_and_then_what_comes() throws Exception {
        changes(2);
        var reader = history.from(0);
        assertThat(reader.next(Duration.ZERO)).isPresent();
        assertThat(reader.next(Duration.ZERO)).isPresent();
        assertThat(reader.next(Duration.ofMillis(1))).isEmpty();
        changes(1);
        assertThat(reader.next(Duration.ZERO)).isPresent();
    }

    @Test
    void a_reader_that_is_too_slow_is_told_so() {
        var reader = history.from(0);
        changes(EventHistory.CHANGES_KEPT + 1);
        assertThatThrownBy(() -> reader.next(Duration.ZERO))
                .isInstanceOf(EventHistory.FellBehindException.class)
                .hasMessageContaining("the reader was too slow");
    }

    @Test
    void a_state_that_is_replaced_leaves_nothing_of_the_one_before() throws Exception {
        var slow = history.from(0);
        changes(2);
        var after = Snapshot.empty();
        history.applied(after, List.of(new Event.Replaced()));
        assertThatThrownBy(() -> slow.next(Duration.ZERO)).isInstanceOf(EventHistory.FellBehindException.class);
        var change = history.from(0).next(Duration.ZERO).orElseThrow();
        assertThat(change.before()).isSameAs(after);
        assertThat(change.after()).isSameAs(after);
    }

    @Test
    void no_more_is_kept_than_the_bound() throws Exception {
        changes(3 * EventHistory.CHANGES_KEPT);
        var reader = history.from(0);
        int read = 0;
        while (reader.next(Duration.ZERO).isPresent()) {
            read++;
        }
        assertThat(read).isEqualTo(EventHistory.CHANGES_KEPT);
    }
}
