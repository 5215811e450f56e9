package dev.steppe.jobspec;

import dev.steppe.language.source.SourceRange;
import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.codec.GoDuration;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Turns the value of an attribute into what the type of its component asks for, or says why that is impossible. */
final class Scalars {
    private final Findings findings;

    Scalars(Findings findings) {
        this.findings = findings;
    }

    /** The value in the form of the API's JSON; empty, with an error found, if it does not fit. */
    Optional<Object> read(String name, Type type, Value value, SourceRange range) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            return list(name, generic.getActualTypeArguments()[0], value, range);
        }
        if (type == boolean.class || type == Boolean.class) {
            return fit(Conversion.toBool(value).map(Object.class::cast), name, "true or false", value, range);
        }
        if (type == int.class || type == Integer.class) {
            return whole(name, value, range, Integer.MAX_VALUE);
        }
        if (type == long.class || type == Long.class) {
            return whole(name, value, range, Long.MAX_VALUE);
        }
        if (type == double.class || type == Double.class) {
            var number = Conversion.toNumber(value).map(BigDecimal::doubleValue);
            return fit(number.map(Object.class::cast), name, "a number", value, range);
        }
        if (type == Duration.class) {
            return duration(name, value, range);
        }
        if (type == Object.class) {
            return Optional.of(FreeValues.plain(value));
        }
        return fit(Conversion.toText(value).map(Object.class::cast), name, "a string", value, range);
    }

    private Optional<Object> fit(Optional<Object> found, String name, String expected, Value value, SourceRange range) {
        if (found.isEmpty()) {
            findings.error(range, "\"" + name + "\" must be " + expected + ", not " + describe(value), "");
        }
        return found;
    }

    private static String describe(Value value) {
        return switch (value) {
            case Value.Text(String text) when text.length() <= 40 -> "the string \"" + text + "\"";
            case Value.Number number -> "the number " + number.text();
            case Value.Text _, Value.Bool _, Value.Sequence _, Value.Mapping _, Value.Null _ ->
                "of type " + value.kind();
        };
    }

    private Optional<Object> whole(String name, Value value, SourceRange range, long most) {
        Optional<BigDecimal> number = Conversion.toNumber(value)
                .filter(found -> found.stripTrailingZeros().scale() <= 0)
                .filter(found -> found.abs().compareTo(BigDecimal.valueOf(most)) <= 0);
        return fit(number.map(BigDecimal::longValueExact), name, "a whole number", value, range);
    }

    private Optional<Object> duration(String name, Value value, SourceRange range) {
        if (value instanceof Value.Number number) {
            findings.notice(
                    range,
                    "\"" + name + "\" is " + number.text() + " nanoseconds",
                    "Write durations with a unit, such as \"" + number.text() + "s\".");
            return whole(name, value, range, Long.MAX_VALUE);
        }
        if (!(value instanceof Value.Text(String text))) {
            return fit(Optional.empty(), name, "a duration such as \"30s\"", value, range);
        }
        try {
            return Optional.of(GoDuration.parse(text).toNanos());
        } catch (CodecException | ArithmeticException refusal) {
            findings.error(range, "\"" + name + "\": " + refusal.getMessage(), "");
            return Optional.empty();
        }
    }

    private Optional<Object> list(String name, Type element, Value value, SourceRange range) {
        if (!(value instanceof Value.Sequence(List<Value> elements))) {
            String advice = value instanceof Value.Text ? "Write it in brackets: [" + range.text() + "]." : "";
            findings.error(range, "\"" + name + "\" must be a list, not " + describe(value), advice);
            return Optional.empty();
        }
        List<Object> list = new ArrayList<>();
        for (Value each : elements) {
            Optional<Object> read = read(name, element, each, range);
            if (read.isEmpty()) {
                return Optional.empty();
            }
            list.add(read.get());
        }
        return Optional.of(list);
    }

    /** The entries of an object; those that are null are left out. */
    Optional<Object> map(String name, Type element, Value value, SourceRange range) {
        if (!(value instanceof Value.Mapping(Map<String, Value> entries))) {
            return fit(Optional.empty(), name, "an object, or a block without \"=\"", value, range);
        }
        Map<String, Object> map = new TreeMap<>();
        for (Map.Entry<String, Value> entry : entries.entrySet()) {
            if (!(entry.getValue() instanceof Value.Null)) {
                read(name + "." + entry.getKey(), element, entry.getValue(), range)
                        .ifPresent(read -> map.put(entry.getKey(), read));
            }
        }
        return Optional.of(map);
    }
}
