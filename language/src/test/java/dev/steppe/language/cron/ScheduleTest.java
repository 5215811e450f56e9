package dev.steppe.language.cron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves when cron expressions fire, in every time zone and at every change of its clock. */
class ScheduleTest {

    /** An expression, and which local minutes it names, said in another way. */
    private record Named(String cron, boolean everyHour, Predicate<LocalDateTime> names) {}

    private static final List<Named> EXPRESSIONS = List.of(
            new Named("* * * * *", true, at -> true),
            new Named("*/15 * * * *", true, at -> at.getMinute() % 15 == 0),
            new Named("20,50 * * * *", true, at -> at.getMinute() == 20 || at.getMinute() == 50),
            new Named("30 2 * * *", false, at -> at.getHour() == 2 && at.getMinute() == 30),
            new Named("15 0-4 * * *", false, at -> at.getHour() <= 4 && at.getMinute() == 15),
            new Named(
                    "*/10 1,2,3 * * *",
                    false,
                    at -> at.getHour() >= 1 && at.getHour() <= 3 && at.getMinute() % 10 == 0),
            new Named("59 23 * * *", false, at -> at.getHour() == 23 && at.getMinute() == 59),
            new Named("0 0 * * *", false, at -> at.getHour() == 0 && at.getMinute() == 0),
            new Named(
                    "45 */6 * * 0,6",
                    false,
                    at -> at.getHour() % 6 == 0
                            && at.getMinute() == 45
                            && at.getDayOfWeek().getValue() >= 6));

    @Test
    void every_change_of_every_zones_clock_from_2020_to_2040_fires_as_written_down_nothing_twice_and_nothing_lost()
            throws MalformedCronException {
        int changes = 0;
        Set<ZoneRules> seen = new LinkedHashSet<>();
        for (String id : new TreeSet<>(ZoneId.getAvailableZoneIds())) {
            var zone = ZoneId.of(id);
            if (!seen.add(zone.getRules())) {
                continue;
            }
            for (ZoneOffsetTransition change : changes(zone.getRules())) {
                changes++;
                var size = change.getDuration().abs().plusHours(2);
                for (Named named : EXPRESSIONS) {
                    var from = change.getInstant().minus(size);
                    var to = change.getInstant().plus(size);
                    assertThat(fired(named.cron(), id, from, to))
                            .as("%s in %s around %s", named.cron(), id, change)
                            .isEqualTo(expected(named, zone.getRules(), from, to));
                }
            }
        }
        assertThat(changes).as("changes of clocks looked at").isGreaterThan(1_500);
    }

    private static List<ZoneOffsetTransition> changes(ZoneRules rules) {
        var found = new ArrayList<ZoneOffsetTransition>();
        var end = Instant.parse("2041-01-01T00:00:00Z");
        var next = rules.nextTransition(Instant.parse("2020-01-01T00:00:00Z"));
        while (next != null && next.getInstant().isBefore(end)) {
            found.add(next);
            next = rules.nextTransition(next.getInstant());
        }
        return found;
    }

    private static List<Instant> fired(String cron, String zone, Instant from, Instant to)
            throws MalformedCronException {
        var schedule = Schedule.of(List.of(cron), zone);
        var found = new ArrayList<Instant>();
        var at = schedule.next(from).orElseThrow();
        while (!at.isAfter(to)) {
            found.add(at);
            at = schedule.next(at).orElseThrow();
        }
        return found;
    }

    /** From the definition: each local minute around the change, and the moments at which it is shown. */
    private static List<Instant> expected(Named named, ZoneRules rules, Instant from, Instant to) {
        var found = new TreeSet<Instant>();
        var local = LocalDateTime.ofInstant(from, ZoneOffset.UTC)
                .plusSeconds(Math.min(offset(rules, from), offset(rules, to)))
                .truncatedTo(ChronoUnit.MINUTES);
        var last = LocalDateTime.ofInstant(to, ZoneOffset.UTC)
                .plusSeconds(Math.max(offset(rules, from), offset(rules, to)) + 60);
        for (; local.isBefore(last); local = local.plusMinutes(1)) {
            if (!named.names().test(local)) {
                continue;
            }
            var offsets = rules.getValidOffsets(local);
            if (offsets.isEmpty()) {
                found.add(rules.getTransition(local).getInstant());
            } else {
                int times = named.everyHour() ? offsets.size() : 1;
                for (var offset : offsets.subList(0, times)) {
                    found.add(local.toInstant(offset));
                }
            }
        }
        return List.copyOf(found.subSet(from, false, to, true));
    }

    private static int offset(ZoneRules rules, Instant at) {
        return rules.getOffset(at).getTotalSeconds();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            */5 * * * *            | 2026-11-21T14:33:10 | 2026-11-21T14:35:00
            0 0 1 * *              | 2026-11-21T14:33:10 | 2026-12-01T00:00:00
            0 12 * * mon-fri       | 2026-11-21T14:33:10 | 2026-11-23T12:00:00
            0 12 * * 7             | 2026-11-21T14:33:10 | 2026-11-22T12:00:00
            30 8 L * *             | 2026-11-21T14:33:10 | 2026-11-30T08:30:00
            30 8 LW 1 *            | 2026-11-21T14:33:10 | 2027-01-29T08:30:00
            0 0 15W 8 *            | 2026-11-21T14:33:10 | 2027-08-16T00:00:00
            0 0 1W 5 *             | 2026-11-21T14:33:10 | 2027-05-03T00:00:00
            0 0 * * 5L             | 2026-11-21T14:33:10 | 2026-11-27T00:00:00
            0 0 * * fri#3          | 2026-11-21T14:33:10 | 2026-12-18T00:00:00
            0 0 13 * 5             | 2026-11-21T14:33:10 | 2026-11-27T00:00:00
            0 0 29 2 *             | 2026-11-21T14:33:10 | 2028-02-29T00:00:00
            */15 * * * * *         | 2026-11-21T14:33:10 | 2026-11-21T14:45:00
            0 0 1 1 * 2030         | 2026-11-21T14:33:10 | 2030-01-01T00:00:00
            */20 * * * * * *       | 2026-11-21T14:33:10 | 2026-11-21T14:33:20
            10 3 2-10/4 jan,mar *  | 2026-11-21T14:33:10 | 2027-01-02T03:10:00
            @hourly                | 2026-11-21T14:33:10 | 2026-11-21T15:00:00
            @weekly                | 2026-11-21T14:33:10 | 2026-11-22T00:00:00
            @yearly                | 2026-11-21T14:33:10 | 2027-01-01T00:00:00
            """)
    void the_next_time_is_the_first_one_named_after_now(String cron, LocalDateTime now, LocalDateTime next)
            throws MalformedCronException {
        var schedule = Schedule.of(List.of(cron), "UTC");
        var found = schedule.next(now.atZone(ZoneId.of("UTC")).toInstant());
        assertThat(found).contains(next.atZone(ZoneId.of("UTC")).toInstant());
    }

    @Test
    void of_several_expressions_the_first_time_of_any_counts_and_the_same_time_counts_once()
            throws MalformedCronException {
        var schedule = Schedule.of(List.of("0 12 * * *", "0 6,12 * * *"), "Europe/Berlin");
        var first = schedule.next(Instant.parse("2026-07-01T03:00:00Z")).orElseThrow();
        var second = schedule.next(first).orElseThrow();
        assertThat(List.of(first, second, schedule.next(second).orElseThrow()))
                .containsExactly(
                        Instant.parse("2026-07-01T04:00:00Z"),
                        Instant.parse("2026-07-01T10:00:00Z"),
                        Instant.parse("2026-07-02T04:00:00Z"));
    }

    @Test
    void of_all_that_was_missed_the_latest_is_found_however_long_ago_the_last_launch_was()
            throws MalformedCronException {
        var until = Instant.parse("2026-11-21T14:33:10Z");
        var expected = new TreeMap<String, String>();
        expected.put("* * * * * * *", "2026-11-21T14:33:10Z");
        expected.put("*/5 * * * *", "2026-11-21T14:30:00Z");
        expected.put("0 3 * * *", "2026-11-21T03:00:00Z");
        expected.put("0 0 1 1 *", "2026-01-01T00:00:00Z");
        for (var each : expected.entrySet()) {
            var schedule = Schedule.of(List.of(each.getKey()), "UTC");
            assertThat(schedule.latest(Instant.parse("2021-01-01T00:00:00Z"), until))
                    .contains(Instant.parse(each.getValue()));
            assertThat(schedule.latest(until.minus(Duration.ofNanos(1)), until.minus(Duration.ofNanos(1))))
                    .isEmpty();
        }
    }

    @Test
    void a_day_that_never_comes_has_no_next_time() throws MalformedCronException {
        assertThat(Schedule.of(List.of("0 0 30 2 *"), "Europe/Berlin").next(Instant.parse("2026-01-01T00:00:00Z")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* * * *",
                "60 * * * *",
                "* 24 * * *",
                "* * 0 * *",
                "* * * 13 *",
                "* * * * 8",
                "5-1 * * * *",
                "*/0 * * * *",
                "a * * * *",
                "* * * * 5#6",
                "* * 40W * *",
                "@sometimes",
                "1,,2 * * * *",
                "* * * * * 30",
                ""
            })
    void what_is_no_cron_expression_is_refused_with_its_field(String cron) {
        assertThatThrownBy(() -> Schedule.of(List.of(cron), "UTC"))
                .isInstanceOf(MalformedCronException.class)
                .hasMessageContaining("cron \"" + cron + "\"");
    }

    @Test
    void a_zone_that_is_not_known_is_refused() {
        assertThatThrownBy(() -> Schedule.of(List.of("@daily"), "Europe/Atlantis"))
                .hasMessage("time_zone \"Europe/Atlantis\" is not known; write one such as Europe/Berlin, or UTC");
    }
}
