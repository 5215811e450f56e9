package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Proves that silent nodes are found in time, and that neither heartbeats nor looking for them cost more in a large cluster. */
class HeartbeatsTest {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
    private static final int MANY = 10_000;

    private final SplittableRandom random = new SplittableRandom(7);
    private final Heartbeats heartbeats = new Heartbeats(Server.Heartbeat.standard());

    private static NodeId node(int number) {
        return new NodeId("n%05d".formatted(number));
    }

    /** Looks every second, as a server does, until so many seconds have passed; what it finds in the end. */
    private List<NodeId> silentAfter(int from, int until) {
        var found = List.<NodeId>of();
        for (int second = from; second <= until; second++) {
            found = heartbeats.silent(AT.plusSeconds(second));
        }
        return found;
    }

    @Test
    void a_node_is_silent_when_it_is_late_by_the_grace_and_stays_so_until_it_is_heard_of() {
        heartbeats.heard(node(1), AT, 1, random);
        assertThat(silentAfter(0, 15)).isEmpty();
        assertThat(silentAfter(16, 16)).containsExactly(node(1));
        assertThat(silentAfter(16, 16)).as("not twice at once").isEmpty();
        assertThat(silentAfter(18, 18)).containsExactly(node(1));
        heartbeats.heard(node(1), AT.plusSeconds(18), 1, random);
        assertThat(silentAfter(18, 32)).isEmpty();
        heartbeats.forget(node(1));
        assertThat(silentAfter(32, 99)).isEmpty();
    }

    @Test
    void a_new_leader_gives_every_node_time_to_find_it() {
        heartbeats.heard(node(1), AT, 2, random);
        heartbeats.begin(List.of(node(1), node(2)), AT.plusSeconds(60));
        assertThat(silentAfter(60, 74)).isEmpty();
        assertThat(silentAfter(75, 76)).containsExactly(node(1), node(2));
    }

    @Test
    void a_clock_that_is_set_or_a_server_that_is_held_up_makes_no_node_silent() {
        heartbeats.heard(node(1), AT, 1, random);
        assertThat(silentAfter(0, 5)).isEmpty();
        assertThat(silentAfter(3600, 3605)).as("an hour ahead").isEmpty();
        assertThat(silentAfter(-3600, -3600)).as("two hours back").isEmpty();
        assertThat(silentAfter(-3599, -3599)).as("late in the end").containsExactly(node(1));
    }

    @Test
    void ten_thousand_nodes_send_a_bounded_number_of_heartbeats_and_lost_ones_are_noticed_within_thirty_seconds() {
        var next = new ArrayList<Instant>();
        for (int i = 0; i < MANY; i++) {
            next.add(AT.plus(heartbeats.heard(node(i), AT, MANY, random)));
        }
        // two minutes in which a tenth of them falls silent at once
        var lostAt = AT.plusSeconds(60);
        long beats = 0;
        var lost = new ArrayList<NodeId>();
        var lastNoticed = AT;
        for (var now = AT; now.isBefore(AT.plusSeconds(120)); now = now.plusMillis(500)) {
            for (int i = 0; i < MANY; i++) {
                boolean alive = i % 10 != 0 || now.isBefore(lostAt);
                if (alive && !next.get(i).isAfter(now)) {
                    next.set(i, now.plus(heartbeats.heard(node(i), now, MANY, random)));
                    beats++;
                }
            }
            for (NodeId silent : heartbeats.silent(now)) {
                lost.add(silent);
                heartbeats.forget(silent);
                lastNoticed = now;
            }
        }
        assertThat(lost).hasSize(MANY / 10).doesNotHaveDuplicates();
        assertThat(Duration.between(lostAt, lastNoticed)).isLessThan(Duration.ofSeconds(30));
        assertThat(beats / 120).as("heartbeats a second").isLessThan(1_400);
        assertThat(heartbeats.size()).isEqualTo(MANY - MANY / 10);
    }

    @Test
    void a_look_for_silent_nodes_does_not_touch_the_others() {
        for (int i = 0; i < MANY; i++) {
            heartbeats.heard(node(i), AT, MANY, random);
        }
        // a hundred thousand looks at ten thousand nodes would be a thousand million steps, were all of them looked at
        long begin = System.nanoTime();
        for (int i = 0; i < 100_000; i++) {
            assertThat(heartbeats.silent(AT).isEmpty()).isTrue();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    }
}
