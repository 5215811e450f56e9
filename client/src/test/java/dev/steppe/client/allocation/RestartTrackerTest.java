package dev.steppe.client.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.client.allocation.RestartTracker.Decision;
import dev.steppe.model.RestartPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Proves when an ended task starts again. */
class RestartTrackerTest {
    private final SplittableRandom random = new SplittableRandom(1);
    private Instant now = Instant.parse("2026-01-31T08:00:00Z");

    private static RestartPolicy policy(int attempts, String mode) {
        return new RestartPolicy(attempts, Duration.ofMinutes(10), Duration.ofSeconds(8), mode, false);
    }

    @Test
    void a_batch_task_that_succeeds_is_done_and_a_service_task_starts_again() {
        assertThat(new RestartTracker(policy(1, "fail"), true, RestartCount.NONE).afterExit(true, now, random))
                .isInstanceOf(Decision.Done.class);
        assertThat(new RestartTracker(policy(1, "fail"), false, RestartCount.NONE).afterExit(true, now, random))
                .isInstanceOf(Decision.Again.class);
    }

    @Test
    void the_delay_has_at_most_a_quarter_of_jitter() {
        for (int i = 0; i < 100; i++) {
            var decision =
                    new RestartTracker(policy(1, "fail"), false, RestartCount.NONE).afterExit(false, now, random);
            assertThat(((Decision.Again) decision).delay()).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(10));
        }
    }

    @Test
    void attempts_are_counted_within_the_interval_and_anew_in_the_next() {
        var tracker = new RestartTracker(policy(2, "fail"), false, RestartCount.NONE);
        assertThat(tracker.afterExit(false, now, random)).isInstanceOf(Decision.Again.class);
        assertThat(tracker.afterExit(false, now, random)).isInstanceOf(Decision.Again.class);
        now = now.plus(Duration.ofMinutes(11));
        assertThat(tracker.afterExit(false, now, random)).isInstanceOf(Decision.Again.class);
        assertThat(tracker.afterExit(false, now, random)).isInstanceOf(Decision.Again.class);
        var last = tracker.afterExit(false, now, random);
        assertThat(((Decision.GiveUp) last).reason())
                .isEqualTo("Exceeded allowed attempts 2 in interval 10m0s and mode is \"fail\"");
    }

    @Test
    void in_delay_mode_the_next_interval_is_waited_for() {
        var tracker = new RestartTracker(policy(1, "delay"), false, RestartCount.NONE);
        tracker.afterExit(false, now, random);
        now = now.plus(Duration.ofMinutes(4));
        var decision = tracker.afterExit(false, now, random);
        assertThat(((Decision.Again) decision).delay()).isEqualTo(Duration.ofMinutes(6));
    }

    @Test
    void no_attempts_means_no_restart() {
        assertThat(new RestartTracker(policy(0, "fail"), false, RestartCount.NONE).afterExit(false, now, random))
                .isInstanceOf(Decision.GiveUp.class);
    }
}
