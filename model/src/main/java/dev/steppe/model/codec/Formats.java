package dev.steppe.model.codec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Finds the {@link Format} of a Java type, and holds those of collections and of free values. */
final class Formats {
    private static final ClassValue<Format> OF_CLASS = new ClassValue<>() {
        @Override
        protected Format computeValue(Class<?> type) {
            return ofClass(type);
        }
    };

    private Formats() {}

    static Format of(Type type) {
        return switch (type) {
            case Class<?> simple -> OF_CLASS.get(simple);
            case ParameterizedType generic -> ofGeneric(generic);
            case WildcardType wildcard -> of(wildcard.getUpperBounds()[0]);
            default -> throw new IllegalArgumentException("no format for " + type);
        };
    }

    private static Format ofGeneric(ParameterizedType generic) {
        var raw = (Class<?>) generic.getRawType();
        Type[] arguments = generic.getActualTypeArguments();
        if (raw == Optional.class) {
            return new OptionalFormat(of(arguments[0]));
        }
        if (raw == List.class) {
            return new ListFormat(of(arguments[0]));
        }
        if ((raw == SortedMap.class || raw == Map.class) && arguments[0] == String.class) {
            return new MapFormat(of(arguments[1]));
        }
        throw new IllegalArgumentException("no format for " + generic);
    }

    private static Format ofClass(Class<?> type) {
        if (type == Object.class) {
            return new FreeFormat();
        }
        if (type.isEnum()) {
            return new SimpleFormats.EnumFormat(type);
        }
        if (Scalar.class.isAssignableFrom(type)) {
            return new SimpleFormats.ScalarFormat(type);
        }
        if (type.isRecord()) {
            return new RecordFormat(type);
        }
        if (type.isSealed()) {
            return new SealedFormat(type);
        }
        return SimpleFormats.of(type);
    }

    static CodecException unexpected(JsonParser in, String expected) {
        String found = in.currentToken() == null ? "nothing" : describe(in);
        return new CodecException("expected " + expected + " but found " + found);
    }

    private static String describe(JsonParser in) {
        return switch (in.currentToken()) {
            case VALUE_STRING -> "the text \"" + in.getString() + "\"";
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_NULL -> "null";
            default -> in.getString();
        };
    }

    record OptionalFormat(Format inner) implements Format {
        @Override
        public void write(JsonGenerator out, Object value, Form form) {
            var optional = (Optional<?>) value;
            if (optional.isPresent()) {
                inner.write(out, optional.get(), form);
            } else {
                out.writeNull();
            }
        }

        @Override
        public Object read(JsonParser in, Form form) throws CodecException {
            return in.currentToken() == JsonToken.VALUE_NULL ? Optional.empty() : Optional.of(inner.read(in, form));
        }

        @Override
        public Object absent() {
            return Optional.empty();
        }

        @Override
        public Object parse(String text) throws CodecException {
            return Optional.of(inner.parse(text));
        }
    }

    record ListFormat(Format element) implements Format {
        @Override
        public void write(JsonGenerator out, Object value, Form form) {
            out.writeStartArray();
            for (Object item : (List<?>) value) {
                element.write(out, item, form);
            }
            out.writeEndArray();
        }

        @Override
        public Object read(JsonParser in, Form form) throws CodecException {
            if (in.currentToken() == JsonToken.VALUE_NULL) {
                return absent();
            }
            if (in.currentToken() != JsonToken.START_ARRAY) {
                throw unexpected(in, "a list");
            }
            var list = new ArrayList<Object>();
            while (in.nextToken() != JsonToken.END_ARRAY) {
                try {
                    list.add(element.read(in, form));
                } catch (CodecException problem) {
                    throw problem.within("[" + list.size() + "]");
                }
            }
            return List.copyOf(list);
        }

        @Override
        public Object absent() {
            return List.of();
        }

        @Override
        public Object parse(String text) throws CodecException {
            return List.of(element.parse(text));
        }
    }

    record MapFormat(Format element) implements Format {
        @Override
        public void write(JsonGenerator out, Object value, Form form) {
            out.writeStartObject();
            for (var entry : ((Map<?, ?>) value).entrySet()) {
                out.writeName((String) entry.getKey());
                element.write(out, entry.getValue(), form);
            }
            out.writeEndObject();
        }

        @Override
        public Object read(JsonParser in, Form form) throws CodecException {
            if (in.currentToken() == JsonToken.VALUE_NULL) {
                return absent();
            }
            if (in.currentToken() != JsonToken.START_OBJECT) {
                throw unexpected(in, "an object");
            }
            var map = new TreeMap<String, Object>();
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String name = in.currentName();
                try {
                    if (in.nextToken() != JsonToken.VALUE_NULL || element instanceof OptionalFormat) {
                        map.put(name, element.read(in, form));
                    }
                } catch (CodecException problem) {
                    throw problem.within(name);
                }
            }
            return map.isEmpty() ? absent() : Collections.unmodifiableSortedMap(map);
        }

        @Override
        public Object absent() {
            return Collections.emptySortedMap();
        }
    }

    /** Values of no fixed shape (driver configuration): text, whole and decimal numbers, truth values, lists, objects. */
    static final class FreeFormat implements Format {
        @Override
        public void write(JsonGenerator out, Object value, Form form) {
            switch (value) {
                case String text -> out.writeString(text);
                case Boolean flag -> out.writeBoolean(flag);
                case Integer number -> out.writeNumber(number);
                case Long number -> out.writeNumber(number);
                case Double number -> out.writeNumber(number);
                case java.math.BigDecimal number -> out.writeNumber(number);
                case java.math.BigInteger number -> out.writeNumber(number);
                case List<?> ignored -> new ListFormat(this).write(out, value, form);
                case Map<?, ?> ignored -> new MapFormat(this).write(out, value, form);
                case Optional<?> ignored -> new OptionalFormat(this).write(out, value, form);
                default -> of(value.getClass()).write(out, value, form);
            }
        }

        @Override
        public Object read(JsonParser in, Form form) throws CodecException {
            return switch (in.currentToken()) {
                case VALUE_STRING -> in.getString();
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                case VALUE_NUMBER_INT ->
                    in.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                            ? (Object) in.getBigIntegerValue()
                            : (Object) in.getLongValue();
                case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
                case START_ARRAY -> new ListFormat(this).read(in, form);
                case START_OBJECT -> new MapFormat(this).read(in, form);
                default -> throw unexpected(in, "a value");
            };
        }

        @Override
        public Object absent() {
            return "";
        }
    }

    /** Nanoseconds since 1970, exact from 1678 to 2262. */
    static long nanos(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
    }

    static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }

    static Duration duration(long nanos) {
        return Duration.ofNanos(nanos);
    }
}
