package dev.steppe.language.cron;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When something is launched: cron expressions in a time zone. Every local time they name has exactly one launch. One
 * that a clock put forward skips is launched when the clock jumps; one that a clock put back shows twice is launched the
 * first time only, unless its expression names every hour, which is about time that goes by: then both times.
 */
public final class Schedule {
    private static final List<Duration> BACK =
            List.of(Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(32));

    private final List<CronExpression> expressions;
    private final ZoneId zone;

    private Schedule(List<CronExpression> expressions, ZoneId zone) {
        this.expressions = expressions;
        this.zone = zone;
    }

    /** Reads expressions and the name of a zone; no name is UTC. */
    public static Schedule of(List<String> expressions, String zone) throws MalformedCronException {
        var read = new ArrayList<CronExpression>();
        for (String expression : expressions) {
            read.add(CronExpression.parse(expression));
        }
        try {
            return new Schedule(List.copyOf(read), ZoneId.of(zone.isEmpty() ? "UTC" : zone));
        } catch (DateTimeException unknown) {
            throw new MalformedCronException(
                    "time_zone \"" + zone + "\" is not known; write one such as Europe/Berlin, or UTC");
        }
    }

    /** The first launch after a moment. */
    public Optional<Instant> next(Instant after) {
        return expressions.stream()
                .flatMap(expression -> next(expression, after).stream())
                .min(Instant::compareTo);
    }

    /** The last launch after one moment and not after another; what came before it in between is left out. */
    public Optional<Instant> latest(Instant after, Instant until) {
        for (Duration back : BACK) {
            var start = until.minus(back);
            if (!start.isAfter(after)) {
                break;
            }
            var found = last(start, until);
            if (found.isPresent()) {
                return found;
            }
        }
        return last(after, until);
    }

    private Optional<Instant> last(Instant after, Instant until) {
        Optional<Instant> last = Optional.empty();
        for (var each = next(after); each.isPresent() && !each.get().isAfter(until); each = next(each.get())) {
            last = each;
        }
        return last;
    }

    /** Walks over the stretches of time in which the zone's offset stays the same. */
    private Optional<Instant> next(CronExpression expression, Instant after) {
        var rules = zone.getRules();
        var cursor = after.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        while (true) {
            var at = cursor;
            var begun = Optional.ofNullable(rules.previousTransition(cursor.plusNanos(1)));
            if (begun.filter(it -> it.getInstant().equals(at) && skips(expression, it))
                    .isPresent()) {
                return Optional.of(cursor);
            }
            var local = LocalDateTime.ofInstant(cursor, zone);
            var from = begun.filter(it -> it.isOverlap() && !expression.isEveryHour())
                    .map(ZoneOffsetTransition::getDateTimeBefore)
                    .filter(local::isBefore)
                    .orElse(local);
            var named = expression.from(from);
            if (named.isEmpty()) {
                return Optional.empty();
            }
            var found = named.get().toInstant(rules.getOffset(cursor));
            var ends = Optional.ofNullable(rules.nextTransition(cursor)).map(ZoneOffsetTransition::getInstant);
            if (ends.filter(end -> !found.isBefore(end)).isEmpty()) {
                return Optional.of(found);
            }
            cursor = ends.get();
        }
    }

    /** True when the clock jumps over a time that the expression names. */
    private static boolean skips(CronExpression expression, ZoneOffsetTransition jump) {
        return jump.isGap()
                && expression
                        .from(jump.getDateTimeBefore())
                        .filter(jump.getDateTimeAfter()::isAfter)
                        .isPresent();
    }
}
