package dev.steppe.language.duration;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;

/** Durations as Go writes them: numbers with units, such as {@code 1h30m}, {@code 1.5s} or {@code 100ms}. */
public final class DurationText {
    private static final BigInteger NANOS_MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private DurationText() {}

    /** The text is not a duration; the message says why, for the person who wrote it. */
    public static final class InvalidDurationException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidDurationException(String message) {
            super(message);
        }
    }

    /** Reads a duration of up to about 292 years; a fraction finer than nanoseconds is cut off. */
    public static Duration parse(String text) throws InvalidDurationException {
        String body = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        if (body.equals("0")) {
            return Duration.ZERO;
        }
        BigInteger nanos = BigInteger.ZERO;
        int position = 0;
        do {
            int number = position;
            while (position < body.length() && (isDigit(body.charAt(position)) || body.charAt(position) == '.')) {
                position++;
            }
            int unit = position;
            while (position < body.length() && !isDigit(body.charAt(position)) && body.charAt(position) != '.') {
                position++;
            }
            nanos = nanos.add(part(text, body.substring(number, unit), body.substring(unit, position)));
        } while (position < body.length());
        if (nanos.compareTo(NANOS_MAX) > 0) {
            throw new InvalidDurationException("\"" + text + "\" is too long a duration");
        }
        long signed = text.startsWith("-") ? -nanos.longValueExact() : nanos.longValueExact();
        return Duration.ofNanos(signed);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static BigInteger part(String whole, String number, String unit) throws InvalidDurationException {
        long nanosPerUnit = switch (unit) {
            case "ns" -> 1L;
            case "us", "µs", "μs" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            case "" -> throw invalid(whole, number.isEmpty() ? "it is empty" : "\"" + number + "\" has no unit");
            default -> throw invalid(whole, "\"" + unit + "\" is not a unit");
        };
        if (number.length() > 40
                || number.isEmpty()
                || number.equals(".")
                || number.indexOf('.') != number.lastIndexOf('.')) {
            throw invalid(whole, "\"" + number + "\" is not a number");
        }
        return new BigDecimal(number)
                .multiply(BigDecimal.valueOf(nanosPerUnit))
                .setScale(0, RoundingMode.DOWN)
                .toBigInteger();
    }

    private static InvalidDurationException invalid(String text, String reason) {
        return new InvalidDurationException(
                "\"" + text + "\" is not a duration: " + reason + "; write it like 1h30m, 10s or 100ms");
    }

    /** Writes a duration as Go does: {@code 1h30m0s}, {@code 1.5s}, {@code 100ms}, {@code 0s}. */
    public static String format(Duration duration) {
        BigInteger nanos = BigInteger.valueOf(duration.getSeconds())
                .multiply(BigInteger.valueOf(1_000_000_000L))
                .add(BigInteger.valueOf(duration.getNano()));
        String sign = nanos.signum() < 0 ? "-" : "";
        BigDecimal amount = new BigDecimal(nanos.abs());
        if (amount.signum() == 0) {
            return "0s";
        }
        if (amount.compareTo(BigDecimal.valueOf(1_000)) < 0) {
            return sign + plain(amount) + "ns";
        }
        if (amount.compareTo(BigDecimal.valueOf(1_000_000)) < 0) {
            return sign + plain(amount.movePointLeft(3)) + "µs";
        }
        if (amount.compareTo(BigDecimal.valueOf(1_000_000_000)) < 0) {
            return sign + plain(amount.movePointLeft(6)) + "ms";
        }
        BigDecimal[] minutes = amount.movePointLeft(9).divideAndRemainder(BigDecimal.valueOf(60));
        BigInteger[] hours = minutes[0].toBigInteger().divideAndRemainder(BigInteger.valueOf(60));
        String seconds = plain(minutes[1]) + "s";
        if (hours[0].signum() > 0) {
            return sign + hours[0] + "h" + hours[1] + "m" + seconds;
        }
        return hours[1].signum() > 0 ? sign + hours[1] + "m" + seconds : sign + seconds;
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
