package dev.steppe.wire.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On connections whose time is the test's own. */
final class SilencesTest {
    private final List<String> told = new ArrayList<>();
    private final Silences silences = new Silences(Duration.ofSeconds(20), Duration.ofSeconds(9));
    private final EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void opens_a_connection() {
        channel.freezeTime();
        channel.pipeline().addLast(silences.of(channel.eventLoop(), new Silences.Owner() {
            @Override
            public void hearsNothing() {
                told.add("hears nothing");
            }

            @Override
            public void saysNothing() {
                told.add("says nothing");
            }
        }));
    }

    @AfterEach
    void closes_it() {
        channel.finishAndReleaseAll();
    }

    @Test
    void who_says_nothing_is_told_so_each_time_that_long_has_passed() {
        pass(8_990);
        assertEquals(List.of(), told);
        pass(20);
        assertEquals(List.of("says nothing"), told);
        pass(9_000);
        assertEquals(List.of("says nothing", "says nothing"), told);
    }

    @Test
    void what_is_said_and_heard_counts_from_then_on() {
        pass(6_000);
        channel.writeOneOutbound("a word");
        pass(6_000);
        assertEquals(List.of(), told);
        channel.writeInbound("another");
        pass(3_010);
        assertEquals(List.of("says nothing"), told);
        pass(16_000);
        assertEquals(List.of("says nothing", "says nothing"), told);
        pass(1_000);
        assertEquals(List.of("says nothing", "says nothing", "hears nothing"), told);
    }

    @Test
    void nobody_is_told_of_a_connection_that_is_over_even_if_something_is_still_written_to_it() {
        channel.close();
        channel.writeOneOutbound("too late");
        pass(60_000);
        assertEquals(List.of(), told);
    }

    @Test
    void nothing_is_looked_at_while_there_is_no_connection() {
        channel.close();
        pass(60_000);
        assertTrue(channel.runScheduledPendingTasks() < 0, "a timer is left");
    }

    private void pass(long millis) {
        for (long passed = 0; passed < millis; passed += 10) {
            channel.advanceTimeBy(10, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
    }
}
