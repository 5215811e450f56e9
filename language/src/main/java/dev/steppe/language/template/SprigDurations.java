package dev.steppe.language.template;

import dev.steppe.language.duration.DurationText;
import java.util.Optional;

/** Sprig's functions on spans of time. */
final class SprigDurations {
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private SprigDurations() {}

    static void define(FunctionSet.Group group) {
        group.add(
                        "sprig_duration",
                        "SECONDS",
                        "a number of seconds as 1h2m3s",
                        it -> Datum.of(text(seconds(it.value(0)))))
                .add(
                        "sprig_durationRound",
                        "DURATION",
                        "a duration in its greatest unit: y, mo, d, h, m or s",
                        it -> Datum.of(rounded(nanos(it.value(0)))));
    }

    private static long seconds(Datum value) {
        if (value instanceof Datum.Whole(long number)) {
            return number;
        }
        return Arguments.text(value).flatMap(text -> Numbers.whole(text, 10)).orElse(0L);
    }

    private static String text(long seconds) {
        long size = size(seconds);
        String hours = size >= 3600 ? size / 3600 + "h" : "";
        String minutes = size >= 60 ? size / 60 % 60 + "m" : "";
        return (seconds < 0 ? "-" : "") + hours + minutes + size % 60 + "s";
    }

    /** The least number has no opposite; the greatest is next to it. */
    private static long size(long number) {
        return Math.abs(Math.max(number, -Long.MAX_VALUE));
    }

    private static long nanos(Datum value) {
        if (value instanceof Datum.Whole(long number)) {
            return number;
        }
        return Arguments.text(value).flatMap(SprigDurations::read).orElse(0L);
    }

    private static Optional<Long> read(String text) {
        try {
            return Optional.of(DurationText.parse(text).toNanos());
        } catch (DurationText.InvalidDurationException none) {
            return Optional.empty();
        }
    }

    private static String rounded(long nanos) {
        long size = size(nanos);
        long[] units = {365 * DAY, 30 * DAY, DAY, HOUR, MINUTE, SECOND};
        String[] names = {"y", "mo", "d", "h", "m", "s"};
        for (int i = 0; i < units.length; i++) {
            if (size > units[i]) {
                return size / units[i] + names[i];
            }
        }
        return "0s";
    }
}
