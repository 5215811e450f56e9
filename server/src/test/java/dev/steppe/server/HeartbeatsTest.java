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

    @Test
    void a_node_is_silent_when_it_is_late_by_the_grace_and_stays_so_until_it_is_heard_of() {
        heartbeats.heard(node(1), AT, 1, random);
        assertThat(heartbeats.silent(AT.plusSeconds(15))).isEmpty();
        assertThat(heartbeats.silent(AT.plusSeconds(16))).containsExactly(node(1));
        assertThat(heartbeats.silent(AT.plusSeconds(16)))
                .as("not twice at once")
                .isEmpty();
        assertThat(heartbeats.silent(AT.plusSeconds(18))).containsExactly(node(1));
        heartbeats.heard(node(1), AT.plusSeconds(18), 1, random);
        assertThat(heartbeats.silent(AT.plusSeconds(32))).isEmpty();
        heartbeats.forget(node(1));
        assertThat(heartbeats.silent(AT.plusSeconds(99))).isEmpty();
    }

    @Test
    void a_new_leader_gives_every_node_time_to_find_it() {
        heartbeats.heard(node(1), AT, 2, random);
        heartbeats.begin(List.of(node(1), node(2)), AT.plusSeconds(60));
        assertThat(heartbeats.silent(AT.plusSeconds(74))).isEmpty();
        assertThat(heartbeats.silent(AT.plusSeconds(76))).containsExactly(node(1), node(2));
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
