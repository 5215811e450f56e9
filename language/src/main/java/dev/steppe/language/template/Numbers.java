package dev.steppe.language.template;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers as Go writes and reads them. */
final class Numbers {
    private static final Pattern DECIMAL_FLOAT =
            Pattern.compile("[+-]?([0-9][0-9_]*\\.?[0-9_]*|\\.[0-9][0-9_]*)([eE][+-]?[0-9_]+)?");
    private static final Pattern HEX_FLOAT =
            Pattern.compile("[+-]?0[xX][0-9a-fA-F_]*\\.?[0-9a-fA-F_]*[pP][+-]?[0-9_]+");

    /** From this power of ten on, the shortest form has an exponent. */
    private static final int SHORTEST_PLAIN = 6;

    private Numbers() {}

    static boolean isConstant(String text) {
        return constant(text).isPresent();
    }

    /** A number as written in a template: whole unless it has a fraction or an exponent. */
    static Optional<Datum> constant(String text) {
        Optional<Long> whole = whole(text, 0);
        if (whole.isPresent()) {
            return Optional.of(Datum.of(whole.get()));
        }
        boolean fractional = text.chars().anyMatch(c -> ".eEpP".indexOf(c) >= 0);
        return fractional ? real(text).map(Datum::of) : Optional.empty();
    }

    /** Reads a whole number; radix 0 takes it from a prefix 0x, 0o, 0b or 0, and allows underscores. */
    static Optional<Long> whole(String text, int radix) {
        String sign = text.startsWith("-") ? "-" : "";
        String digits = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        int base = radix;
        if (radix == 0) {
            String lower = digits.toLowerCase(Locale.ROOT);
            base = lower.startsWith("0x") ? 16 : lower.startsWith("0b") ? 2 : lower.startsWith("0") ? 8 : 10;
            if (lower.startsWith("0o")) {
                digits = digits.substring(2);
            } else if (base == 16 || base == 2) {
                digits = digits.substring(2);
            }
            if (digits.endsWith("_") || digits.contains("__")) {
                return Optional.empty();
            }
            digits = digits.replace("_", "");
        }
        if (digits.startsWith("+") || digits.startsWith("-") || !digits.chars().allMatch(c -> c < 128)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseLong(sign + digits, base));
        } catch (NumberFormatException notWhole) {
            return Optional.empty();
        }
    }

    static Optional<Double> real(String text) {
        if (!DECIMAL_FLOAT.matcher(text).matches() && !HEX_FLOAT.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Double.parseDouble(text.replace("_", "")));
        } catch (NumberFormatException notReal) {
            return Optional.empty();
        }
    }

    /** The shortest text that reads back as this number, as Go's {@code %g} and {@code %v} have it. */
    static String shortest(double number) {
        var digits = special(number).isPresent() ? BigDecimal.ZERO : digits(number);
        int exponent = digits.signum() == 0 ? 0 : digits.precision() - digits.scale() - 1;
        return special(number)
                .orElseGet(() -> exponent < -4 || exponent >= SHORTEST_PLAIN
                        ? scientific(digits, isNegative(number))
                        : plain(number));
    }

    /** The shortest form with an exponent from 1e21 and below 1e-6 only, as JSON has it. */
    static String json(double number) {
        double size = Math.abs(number);
        boolean exponent = size != 0 && (size < 1e-6 || size >= 1e21);
        String text = exponent ? scientific(digits(number), number < 0) : plain(number);
        return text.replace("e-0", "e-");
    }

    private static boolean isNegative(double number) {
        return Double.doubleToRawLongBits(number) < 0;
    }

    static Optional<String> special(double number) {
        if (Double.isNaN(number)) {
            return Optional.of("NaN");
        }
        return Double.isInfinite(number) ? Optional.of(number > 0 ? "+Inf" : "-Inf") : Optional.empty();
    }

    private static BigDecimal digits(double number) {
        return new BigDecimal(Double.toString(Math.abs(number))).stripTrailingZeros();
    }

    private static String plain(double number) {
        var digits = digits(number);
        return (isNegative(number) ? "-" : "") + (digits.signum() == 0 ? "0" : digits.toPlainString());
    }

    private static String scientific(BigDecimal digits, boolean negative) {
        String all = digits.unscaledValue().toString();
        int exponent = digits.precision() - digits.scale() - 1;
        String mantissa = all.length() > 1 ? all.charAt(0) + "." + all.substring(1) : all;
        int size = Math.abs(exponent);
        return (negative ? "-" : "") + mantissa + "e" + (exponent < 0 ? "-" : "+") + (size < 10 ? "0" : "") + size;
    }
}
