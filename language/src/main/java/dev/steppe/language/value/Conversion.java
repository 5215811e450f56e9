package dev.steppe.language.value;

import java.math.BigDecimal;
import java.util.Optional;

/** The conversions that happen by themselves: between numbers, truth values and the texts that spell them. */
public final class Conversion {
    /** Longer numbers are refused: nobody needs them and writing them out would take too much memory. */
    private static final int NUMBER_DIGITS_MAX = 4_096;

    private Conversion() {}

    /** A number, or a text that spells one. */
    public static Optional<BigDecimal> toNumber(Value value) {
        return switch (value) {
            case Value.Number number -> Optional.of(number.number());
            case Value.Text text -> parseNumber(text.text());
            case Value.Bool _, Value.Sequence _, Value.Mapping _, Value.Null _ -> Optional.empty();
        };
    }

    /** A text, or a number or truth value written out. */
    public static Optional<String> toText(Value value) {
        return switch (value) {
            case Value.Text text -> Optional.of(text.text());
            case Value.Number number -> Optional.of(number.text());
            case Value.Bool bool -> Optional.of(String.valueOf(bool.truth()));
            case Value.Sequence _, Value.Mapping _, Value.Null _ -> Optional.empty();
        };
    }

    /** A truth value, or the text {@code true} or {@code false}. */
    public static Optional<Boolean> toBool(Value value) {
        return switch (value) {
            case Value.Bool bool -> Optional.of(bool.truth());
            case Value.Text(String text) when text.equals("true") -> Optional.of(true);
            case Value.Text(String text) when text.equals("false") -> Optional.of(false);
            case Value.Text _, Value.Number _, Value.Sequence _, Value.Mapping _, Value.Null _ -> Optional.empty();
        };
    }

    /** A decimal number with optional sign, fraction and exponent; empty if it is none or too long. */
    public static Optional<BigDecimal> parseNumber(String text) {
        if (text.isEmpty() || text.length() > NUMBER_DIGITS_MAX || !startsLikeNumber(text)) {
            return Optional.empty();
        }
        try {
            BigDecimal number = new BigDecimal(text);
            return isReasonable(number) ? Optional.of(number) : Optional.empty();
        } catch (NumberFormatException notNumber) {
            return Optional.empty();
        }
    }

    private static boolean startsLikeNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E')) {
                return false;
            }
        }
        return true;
    }

    /** Whether the number can be written out in a bounded number of digits. */
    public static boolean isReasonable(BigDecimal number) {
        return Math.abs((long) number.scale()) <= NUMBER_DIGITS_MAX && number.precision() <= NUMBER_DIGITS_MAX;
    }
}
