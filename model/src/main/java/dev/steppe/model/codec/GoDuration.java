package dev.steppe.model.codec;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as job files and the HTTP API write them: {@code 1h30m}, {@code 10s}, {@code 100ms}, {@code 1.5h}. */
public final class GoDuration {
    private static final Pattern WHOLE = Pattern.compile("[+-]?((\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h|d))+");
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h|d)");

    private GoDuration() {}

    /**
     * Reads a duration; {@code "0"} and the empty text are zero, a day is 24 hours.
     *
     * @throws CodecException when the text is not a duration
     */
    public static Duration parse(String text) throws CodecException {
        if (text.isEmpty() || text.equals("0")) {
            return Duration.ZERO;
        }
        if (!WHOLE.matcher(text).matches()) {
            throw new CodecException("\"" + text + "\" is not a duration such as \"30s\", \"5m\" or \"1h30m\"");
        }
        var nanos = BigDecimal.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(nanosOf(part.group(2)))));
        }
        var duration = Duration.ofNanos(nanos.longValue());
        return text.startsWith("-") ? duration.negated() : duration;
    }

    private static long nanosOf(String unit) {
        return switch (unit) {
            case "ns" -> 1L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            case "d" -> 86_400_000_000_000L;
            default -> 1_000L;
        };
    }

    /** Writes a duration in the shortest such form: {@code 1h30m0s}, {@code 10s}, {@code 1.5s}, {@code 100ms}. */
    public static String format(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        if (duration.isNegative()) {
            return "-" + format(duration.negated());
        }
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            return small(duration.toNanos());
        }
        var text = new StringBuilder();
        if (duration.toHours() > 0) {
            text.append(duration.toHours()).append('h');
        }
        if (duration.toMinutes() > 0) {
            text.append(duration.toMinutesPart()).append('m');
        }
        var seconds = BigDecimal.valueOf(duration.toSecondsPart()).add(BigDecimal.valueOf(duration.getNano(), 9));
        return text.append(seconds.stripTrailingZeros().toPlainString())
                .append('s')
                .toString();
    }

    private static String small(long nanos) {
        if (nanos >= 1_000_000) {
            return BigDecimal.valueOf(nanos, 6).stripTrailingZeros().toPlainString() + "ms";
        }
        if (nanos >= 1_000) {
            return BigDecimal.valueOf(nanos, 3).stripTrailingZeros().toPlainString() + "µs";
        }
        return nanos + "ns";
    }
}
