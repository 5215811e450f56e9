package dev.steppe.cli.terminal;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;

/** Points in time as agents send them and as people read them. */
public final class Times {
    private Times() {}

    /** The instant of a count of nanoseconds since 1970; empty for 0, which agents send for "not yet". */
    public static Optional<Instant> ofNanos(long nanos) {
        return nanos <= 0
                ? Optional.empty()
                : Optional.of(Instant.ofEpochSecond(nanos / 1_000_000_000L, nanos % 1_000_000_000L));
    }

    /** The instant of an RFC 3339 text; empty for none, for the year 1 that stands for "not yet", and for other text. */
    public static Optional<Instant> ofText(String text) {
        if (text.isEmpty() || text.startsWith("0001-01-01")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException notUtc) {
            try {
                return Optional.of(OffsetDateTime.parse(text).toInstant());
            } catch (DateTimeException notTime) {
                return Optional.empty();
            }
        }
    }

    // By hand, because loading a date formatter takes longer than all of a short command.
    static String absolute(Instant instant, ZoneId zone) {
        var time = instant.atZone(zone);
        var built = new StringBuilder();
        digits(built, time.getYear(), 4);
        digits(built.append('-'), time.getMonthValue(), 2);
        digits(built.append('-'), time.getDayOfMonth(), 2);
        digits(built.append('T'), time.getHour(), 2);
        digits(built.append(':'), time.getMinute(), 2);
        digits(built.append(':'), time.getSecond(), 2);
        return built.append(
                        time.getOffset().equals(ZoneOffset.UTC)
                                ? "Z"
                                : time.getOffset().getId())
                .toString();
    }

    private static void digits(StringBuilder built, int number, int width) {
        var text = Integer.toString(number);
        built.append("0".repeat(Math.max(0, width - text.length()))).append(text);
    }

    static String ago(Instant past, Instant now) {
        var elapsed = Duration.between(past, now);
        return elapsed.isNegative() ? "0s ago" : span(elapsed) + " ago";
    }

    /** A span as its two largest units, such as 3m12s, 2h5m or 4d1h; the smaller one is left out when it is zero. */
    public static String span(Duration span) {
        var seconds = span.toSeconds();
        long[] sizes = {365 * 86_400L, 30 * 86_400L, 86_400L, 3_600L, 60L, 1L};
        String[] names = {"y", "mo", "d", "h", "m", "s"};
        for (var i = 0; i < sizes.length - 1; i++) {
            if (seconds >= sizes[i]) {
                var rest = seconds % sizes[i] / sizes[i + 1];
                return seconds / sizes[i] + names[i] + (rest > 0 ? rest + names[i + 1] : "");
            }
        }
        return seconds + "s";
    }
}
