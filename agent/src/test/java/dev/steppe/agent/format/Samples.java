package dev.steppe.agent.format;

import dev.steppe.model.codec.CodecException;
import dev.steppe.model.codec.RecordShape;
import dev.steppe.model.codec.Scalar;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes a record with every component filled, the same one each time, from its shape alone. */
final class Samples {
    private static final Instant AT = Instant.parse("2026-01-31T08:00:00.000000001Z");

    /** Components whose values the records themselves limit. */
    private static final Map<String, Object> LIMITED = Map.of(
            "RestartPolicy.mode", "delay",
            "Port.to", 8080,
            "Port.value", 443,
            "JobSpec.priority", 70,
            "PortRanges.value", "22,8500-8600");

    private Samples() {}

    /** A filled record; of a sealed interface, use one of its variants. */
    public static <T> T of(Class<T> type) {
        return type.cast(record(type));
    }

    private static Object record(Class<?> type) {
        var shape = RecordShape.of(type);
        var values = new Object[shape.components().size()];
        for (int i = 0; i < values.length; i++) {
            var component = shape.components().get(i);
            var limited = LIMITED.get(type.getSimpleName() + "." + component.name());
            values[i] = limited != null ? limited : value(component.type(), component.name());
        }
        try {
            return shape.construct(values);
        } catch (CodecException refused) {
            throw new IllegalStateException(type + " refuses its sample: " + refused.getMessage(), refused);
        }
    }

    private static Object value(Type type, String name) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == Optional.class) {
                return Optional.of(value(arguments[0], name));
            }
            if (generic.getRawType() == List.class) {
                return List.of(value(arguments[0], name));
            }
            return new TreeMap<>(Map.of("a-" + name, value(arguments[1], name)));
        }
        var simple = (Class<?>) type;
        if (simple.isEnum()) {
            return simple.getEnumConstants()[simple.getEnumConstants().length - 1];
        }
        if (Scalar.class.isAssignableFrom(simple)) {
            return scalar(simple, name);
        }
        if (simple.isRecord()) {
            return record(simple);
        }
        if (simple.isSealed()) {
            return record(simple.getPermittedSubclasses()[0]);
        }
        return plain(simple, name);
    }

    private static Object scalar(Class<?> type, String name) {
        var limited = LIMITED.getOrDefault(type.getSimpleName() + ".value", name + "-1");
        try {
            return type.getConstructor(String.class).newInstance(limited);
        } catch (ReflectiveOperationException refused) {
            throw new IllegalStateException(refused);
        }
    }

    private static Object plain(Class<?> type, String name) {
        if (type == String.class || type == Object.class) {
            return "the " + name;
        }
        if (type == boolean.class || type == Boolean.class) {
            return true;
        }
        if (type == int.class || type == Integer.class) {
            return 1 + name.length();
        }
        if (type == long.class || type == Long.class) {
            return 1_000_000_000_000L + name.length();
        }
        if (type == double.class || type == Double.class) {
            return 0.25 * name.length();
        }
        if (type == Duration.class) {
            return Duration.ofMillis(1_500L + name.length());
        }
        if (type == Instant.class) {
            return AT;
        }
        if (type == byte[].class) {
            return name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }
        throw new IllegalArgumentException("no sample for " + type);
    }
}
