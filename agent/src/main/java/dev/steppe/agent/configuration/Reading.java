package dev.steppe.agent.configuration;

import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import dev.steppe.model.Port;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Turns a written value into what a setting holds. */
interface Reading<T> {
    T read(Value value) throws RefusedValueException;

    static String text(Value value) throws RefusedValueException {
        return Conversion.toText(value)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new RefusedValueException("must be a text, not " + describe(value)));
    }

    static boolean flag(Value value) throws RefusedValueException {
        return Conversion.toBool(value)
                .orElseThrow(() -> new RefusedValueException("must be true or false, not " + describe(value)));
    }

    static int port(Value value) throws RefusedValueException {
        return Conversion.toNumber(value)
                .filter(number -> number.stripTrailingZeros().scale() <= 0)
                .filter(number -> number.signum() >= 0 && number.compareTo(BigDecimal.valueOf(Port.VALUE_MAX)) <= 0)
                .map(BigDecimal::intValueExact)
                .orElseThrow(() -> new RefusedValueException(
                        "must be a port from 0 to " + Port.VALUE_MAX + ", not " + describe(value)));
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
