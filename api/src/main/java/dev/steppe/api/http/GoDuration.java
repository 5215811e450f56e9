package dev.steppe.api.http;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/** Durations the way Go writes them: {@code 300ms}, {@code 1.5h}, {@code 2h45m}; a bare zero needs no unit. */
public final class GoDuration {
    private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private GoDuration() {}

    /** The duration, empty when the text is none. */
    public static Optional<Duration> parse(String text) {
        boolean negative = text.startsWith("-");
        var rest = negative || text.startsWith("+") ? text.substring(1) : text;
        if (rest.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        if (rest.isEmpty()) {
            return Optional.empty();
        }
        var nanos = BigDecimal.ZERO;
        int at = 0;
        while (at < rest.length()) {
            int unitAt = end(rest, at, true);
            int next = end(rest, unitAt, false);
            var unit = unitNanos(rest.substring(unitAt, next));
            var number = number(rest.substring(at, unitAt));
            if (unit.isEmpty() || number.isEmpty()) {
                return Optional.empty();
            }
            nanos = nanos.add(number.get().multiply(BigDecimal.valueOf(unit.get())));
            at = next;
        }
        if (nanos.compareTo(LONGEST) > 0) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofNanos(negative ? -nanos.longValue() : nanos.longValue()));
    }

    private static int end(String text, int from, boolean digits) {
        int at = from;
        while (at < text.length() && isNumeric(text.charAt(at)) == digits) {
            at++;
        }
        return at;
    }

    private static boolean isNumeric(char c) {
        return (c >= '0' && c <= '9') || c == '.';
    }

    private static Optional<BigDecimal> number(String digits) {
        if (digits.length() > 40 || digits.chars().noneMatch(c -> c != '.')) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BigDecimal(digits));
        } catch (NumberFormatException twoPoints) {
            return Optional.empty();
        }
    }

    private static Optional<Long> unitNanos(String unit) {
        return switch (unit) {
            case "ns" -> Optional.of(1L);
            case "us", "\u00b5s", "\u03bcs" -> Optional.of(1_000L);
            case "ms" -> Optional.of(1_000_000L);
            case "s" -> Optional.of(1_000_000_000L);
            case "m" -> Optional.of(60_000_000_000L);
            case "h" -> Optional.of(3_600_000_000_000L);
            default -> Optional.empty();
        };
    }
}
