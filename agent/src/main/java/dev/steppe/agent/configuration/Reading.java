package dev.steppe.agent.configuration;

import dev.steppe.language.duration.DurationText;
import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import dev.steppe.model.Port;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Turns a written value into what a setting holds. */
interface Reading<T> {
    Pattern SIZE = Pattern.compile("(\\d{1,18})\\s*([kmgt]?i?b?)", Pattern.CASE_INSENSITIVE);

    T read(Value value) throws RefusedValueException;

    static String text(Value value) throws RefusedValueException {
        String text = anyText(value);
        if (text.isEmpty()) {
            throw new RefusedValueException("must not be empty");
        }
        return text;
    }

    static String anyText(Value value) throws RefusedValueException {
        return Conversion.toText(value)
                .orElseThrow(() -> new RefusedValueException("must be a text, not " + describe(value)));
    }

    static boolean flag(Value value) throws RefusedValueException {
        return Conversion.toBool(value)
                .orElseThrow(() -> new RefusedValueException("must be true or false, not " + describe(value)));
    }

    /** A whole number. */
    static long number(Value value) throws RefusedValueException {
        return Conversion.toNumber(value)
                .filter(number -> number.stripTrailingZeros().scale() <= 0)
                .filter(number -> number.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0)
                .map(BigDecimal::longValueExact)
                .orElseThrow(() -> new RefusedValueException("must be a whole number, not " + describe(value)));
    }

    /** A whole number from 0 on that also fits 32 bits. */
    static int count(Value value) throws RefusedValueException {
        long number = number(value);
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new RefusedValueException("must be a number from 0 to " + Integer.MAX_VALUE + ", not " + number);
        }
        return (int) number;
    }

    static int port(Value value) throws RefusedValueException {
        int port = portOrNone(value);
        if (port < 0) {
            throw new RefusedValueException("must be a port from 0 to " + Port.VALUE_MAX + ", not -1");
        }
        return port;
    }

    /** A port, or -1 for none. */
    static int portOrNone(Value value) throws RefusedValueException {
        return Conversion.toNumber(value)
                .filter(number -> number.stripTrailingZeros().scale() <= 0)
                .filter(number -> number.compareTo(BigDecimal.ONE.negate()) >= 0
                        && number.compareTo(BigDecimal.valueOf(Port.VALUE_MAX)) <= 0)
                .map(BigDecimal::intValueExact)
                .orElseThrow(() -> new RefusedValueException(
                        "must be a port from 0 to " + Port.VALUE_MAX + ", not " + describe(value)));
    }

    /** Nanoseconds may be written as a plain number, as the configuration files of others allow. */
    static Duration duration(Value value) throws RefusedValueException {
        if (value instanceof Value.Number) {
            return Duration.ofNanos(number(value));
        }
        String text = text(value);
        try {
            return DurationText.parse(text);
        } catch (DurationText.InvalidDurationException wrong) {
            throw new RefusedValueException("must be a duration such as \"30s\" or \"1h30m\": " + wrong.getMessage());
        }
    }

    /** Bytes, written as a number or with a unit as in {@code 100GB} (of 1024). */
    static long size(Value value) throws RefusedValueException {
        if (value instanceof Value.Number) {
            return number(value);
        }
        String text = text(value);
        var matched = SIZE.matcher(text.strip());
        if (!matched.matches()) {
            throw new RefusedValueException("must be a size such as \"100GB\", not \"" + text + "\"");
        }
        String unit = matched.group(2).toLowerCase(Locale.ROOT);
        int shift = unit.isEmpty() ? 0 : 10 * " kmgt".indexOf(unit.charAt(0));
        long number = Long.parseLong(matched.group(1));
        if (shift > 0 && number > Long.MAX_VALUE >> shift) {
            throw new RefusedValueException("is larger than any size: \"" + text + "\"");
        }
        return number << Math.max(0, shift);
    }

    static List<String> texts(Value value) throws RefusedValueException {
        if (!(value instanceof Value.Sequence(List<Value> elements))) {
            throw new RefusedValueException("must be a list of texts, as in [\"a\", \"b\"], not " + describe(value));
        }
        var texts = new ArrayList<String>();
        for (Value element : elements) {
            texts.add(text(element));
        }
        return texts;
    }

    static Path absolutePath(Value value) throws RefusedValueException {
        String text = text(value);
        try {
            var path = Path.of(text);
            if (path.isAbsolute()) {
                return path.normalize();
            }
        } catch (InvalidPathException invalid) {
            throw new RefusedValueException("is not a path: " + invalid.getMessage());
        }
        throw new RefusedValueException("must be an absolute path, not \"" + text + "\"");
    }

    private static String describe(Value value) {
        return switch (value) {
            case Value.Text(String text) -> "the text \"" + text + "\"";
            case Value.Number number -> "the number " + number.text();
            case Value.Bool(boolean truth) -> String.valueOf(truth);
            case Value.Sequence _, Value.Mapping _, Value.Null _ -> "of type " + value.kind();
        };
    }
}
