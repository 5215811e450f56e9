package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.state.Command;
import dev.steppe.state.LogFormat;
import dev.steppe.state.Store;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What came of an archive whose sender is gone does not stay. */
class UnfinishedRestoresTest {
    private static final Instant AT = Instant.parse("2026-01-31T08:00:00Z");

    private final Store store = new Store();
    private final UnfinishedRestores controller = new UnfinishedRestores();

    /** Servers of an earlier version would not know what to do. */
    @BeforeEach
    void agree() {
        store.apply(new Command.RaiseFormat(LogFormat.NEWEST, AT));
    }

    @Test
    void parts_stay_while_the_next_may_come_and_go_when_it_does_not() {
        assertThat(controller.decide(store.snapshot(), AT)).isEmpty();
        store.apply(new Command.RestorePart("a", 0, 3, new byte[] {1}, AT));
        store.apply(new Command.RestorePart("a", 1, 3, new byte[] {2}, AT.plusSeconds(50)));
        assertThat(controller.decide(store.snapshot(), AT.plusSeconds(100))).isEmpty();
        var sweep = controller.decide(store.snapshot(), AT.plusSeconds(111));
        assertThat(sweep).containsExactly(new Command.DropRestore("a", AT.plusSeconds(111)));
        assertThat(store.apply(sweep.getFirst())).isInstanceOf(Store.Result.Applied.class);
        assertThat(store.snapshot().restoring()).isEmpty();
        assertThat(controller.decide(store.snapshot(), AT.plusSeconds(200))).isEmpty();
    }

    @Test
    void later_restore_is_not_swept_with_an_earlier_one() {
        store.apply(new Command.RestorePart("a", 0, 3, new byte[] {1}, AT));
        var sweep = new Command.DropRestore("a", AT);
        store.apply(new Command.RestorePart("b", 0, 3, new byte[] {1}, AT));
        assertThat(store.apply(sweep)).isInstanceOf(Store.Result.Refused.class);
        assertThat(store.snapshot().restoring()).isPresent();
    }
}
