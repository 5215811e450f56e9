package dev.steppe.client.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.client.check.Probe.Health;
import dev.steppe.model.CheckRestart;
import dev.steppe.model.ServiceCheck;
import dev.steppe.model.codec.Codec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JudgeTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private static List<String> statuses(String fields, String known, Health... results) throws Exception {
        var judge = new Judge(Codec.fromJson(ServiceCheck.class, "{" + fields + "}"), known);
        var found = new ArrayList<>(List.of(judge.status()));
        for (Health result : results) {
            judge.take(result);
            found.add(judge.status());
        }
        return found;
    }

    @Test
    void without_thresholds_each_result_counts_at_once() throws Exception {
        assertThat(statuses("", "", Health.PASSING, Health.WARNING, Health.CRITICAL, Health.PASSING))
                .containsExactly("critical", "passing", "warning", "critical", "passing");
    }

    @Test
    void a_check_starts_with_its_initial_status_or_with_what_an_earlier_agent_found() throws Exception {
        assertThat(statuses("\"InitialStatus\":\"warning\"", "")).containsExactly("warning");
        assertThat(statuses("\"InitialStatus\":\"warning\"", "passing")).containsExactly("passing");
    }

    @Test
    void a_status_changes_after_as_many_results_in_a_row_as_wanted() throws Exception {
        assertThat(statuses(
                        "\"SuccessBeforePassing\":2",
                        "",
                        Health.PASSING,
                        Health.CRITICAL,
                        Health.PASSING,
                        Health.PASSING))
                .containsExactly("critical", "critical", "critical", "critical", "passing");
        assertThat(statuses(
                        "\"FailuresBeforeCritical\":2",
                        "passing",
                        Health.CRITICAL,
                        Health.PASSING,
                        Health.CRITICAL,
                        Health.CRITICAL))
                .containsExactly("passing", "passing", "passing", "passing", "critical");
    }

    @Test
    void failures_may_warn_before_they_are_critical() throws Exception {
        assertThat(statuses(
                        "\"FailuresBeforeWarning\":1,\"FailuresBeforeCritical\":3",
                        "passing",
                        Health.CRITICAL,
                        Health.CRITICAL,
                        Health.CRITICAL))
                .containsExactly("passing", "warning", "warning", "critical");
    }

    @Test
    void a_check_that_never_passed_is_asked_less_and_less_often_and_counts_once_an_interval() throws Exception {
        var check = Codec.fromJson(ServiceCheck.class, "{\"Type\":\"tcp\",\"Interval\":10000000000}");
        var pace = new Pace(check, "critical", Duration.ZERO);
        assertThat(pace.after("critical", Duration.ZERO)).isEqualTo(new Pace.Pause(Duration.ofMillis(250), true));
        assertThat(pace.after("critical", Duration.ofSeconds(8)))
                .isEqualTo(new Pace.Pause(Duration.ofSeconds(1), false));
        assertThat(pace.after("critical", Duration.ofSeconds(16)))
                .isEqualTo(new Pace.Pause(Duration.ofSeconds(2), true));
        assertThat(pace.after("critical", Duration.ofHours(1)).time()).isEqualTo(Duration.ofSeconds(10));
        assertThat(pace.after("passing", Duration.ofHours(2))).isEqualTo(new Pace.Pause(Duration.ofSeconds(10), true));
        assertThat(pace.after("critical", Duration.ofHours(2)))
                .as("from now on at its interval, and each counts")
                .isEqualTo(new Pace.Pause(Duration.ofSeconds(10), true));
        assertThat(new Pace(check, "passing", Duration.ZERO).after("critical", Duration.ZERO))
                .isEqualTo(new Pace.Pause(Duration.ofSeconds(10), true));
        var script = Codec.fromJson(ServiceCheck.class, "{\"Type\":\"script\",\"Interval\":10000000000}");
        assertThat(new Pace(script, "critical", Duration.ZERO).after("critical", Duration.ZERO))
                .isEqualTo(new Pace.Pause(Duration.ofSeconds(10), true));
    }

    @Test
    void a_check_that_never_passes_counts_once_each_interval_however_long_it_has_not() throws Exception {
        var check = Codec.fromJson(ServiceCheck.class, "{\"Type\":\"tcp\",\"Interval\":10000000000}");
        var pace = new Pace(check, "critical", Duration.ZERO);
        var counted = new ArrayList<Duration>();
        int asked = 0;
        for (var now = Duration.ZERO; now.compareTo(Duration.ofMinutes(5)) < 0; asked++) {
            var pause = pace.after("critical", now);
            if (pause.counts()) {
                counted.add(now);
            }
            assertThat(pause.time()).isPositive();
            now = now.plus(pause.time());
        }
        assertThat(counted)
                .isEqualTo(IntStream.range(0, 30)
                        .mapToObj(it -> Duration.ofSeconds(10L * it))
                        .toList());
        assertThat(asked).isLessThan(80);
    }

    @Test
    void a_task_is_restarted_after_the_limit_in_a_row_once_the_grace_time_is_over() {
        var restarts = new Restarts(new CheckRestart(2, Duration.ofSeconds(10), false), START);
        assertThat(restarts.isDue("critical", START.plusSeconds(5))).isFalse();
        assertThat(restarts.isDue("critical", START.plusSeconds(11))).isFalse();
        assertThat(restarts.isDue("passing", START.plusSeconds(12))).isFalse();
        assertThat(restarts.isDue("warning", START.plusSeconds(13))).isFalse();
        assertThat(restarts.isDue("critical", START.plusSeconds(14))).isTrue();
        // The task that starts anew has its grace time again.
        assertThat(restarts.isDue("critical", START.plusSeconds(20))).isFalse();
        assertThat(restarts.isDue("critical", START.plusSeconds(25))).isFalse();
        assertThat(restarts.isDue("critical", START.plusSeconds(26))).isTrue();
    }

    @Test
    void warnings_can_be_ignored_and_no_limit_means_no_restart() {
        var lenient = new Restarts(new CheckRestart(1, Duration.ZERO, true), START);
        assertThat(lenient.isDue("warning", START.plusSeconds(1))).isFalse();
        assertThat(lenient.isDue("critical", START.plusSeconds(1))).isTrue();
        var off = new Restarts(new CheckRestart(0, Duration.ZERO, false), START);
        assertThat(off.isDue("critical", START.plusSeconds(1))).isFalse();
    }
}
