package dev.steppe.model.codec;

import java.lang.reflect.Constructor;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The formats of types that are one token long. */
final class SimpleFormats {
    private SimpleFormats() {}

    static Format of(Class<?> type) {
        if (type == String.class) {
            return new TextFormat();
        }
        if (type == boolean.class || type == Boolean.class) {
            return new FlagFormat();
        }
        if (type == int.class || type == Integer.class) {
            return new WholeFormat(true);
        }
        if (type == long.class || type == Long.class) {
            return new WholeFormat(false);
        }
        if (type == double.class || type == Double.class) {
            return new DecimalFormat();
        }
        if (type == Duration.class) {
            return new DurationFormat();
        }
        if (type == Instant.class) {
            return new InstantFormat(false);
        }
        if (type == byte[].class) {
            return new BytesFormat();
        }
        throw new IllegalArgumentException("no format for " + type);
    }

    record TextFormat() implements Format {
        @Override
        public void write(JsonGenerator out, Object value, Form form) {
            out.writeString((String) value);
        }

        @Override
        public Object read(JsonParser in, Form form) throws CodecException {
            if (in.currentToken() == JsonToken.VALUE_NULL) {
                return "";
            }
            if (in.currentToken() != JsonToken.VALUE_STRING) {
                throw Formats.unexpected(in, "a text");
            }
            return in.getString();
        }

        @Override
        public Object absent() {
            return "";
        }

        @Override
        public Object parse(String text) {
            return text;
        }
    }

    record FlagFormat() implements Format {
        @Override
        public void write(JsonGenerator out, Object value, Form form) {
            out.writeBoolean((Boolean) value);
        }

        @Override
        public Object read(JsonParser in, Form form) throws CodecException {
            return switch (in.currentToken()) {
                case VALUE_TRUE -> true;
                case VALUE_FALSE, VALUE_NULL -> false;
                default -> throw Formats.unexpected(in, "true or false");
            };
        }

        @Override
        public Object absent() {
            return false;
        }

        @Override
        public Object parse(String text) {
            return Boolean.parseBoolean(text);
        }
    }

    record WholeFormat(boolean narrow) implements Format {
        @Override
        public void write(JsonGenerator out, Object value, Form form) {
            out.writeNumber(((Number) value).longValue());
        }

        @Override
        public Object read(JsonParser in, Form form) throws CodecException {
            if (in.currentToken() == JsonToken.VALUE_NULL) {
                return absent();
            }
            if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw Formats.unexpected(in, "a whole number");
            }
            try {
                if (narrow) {
                    return in.getIntValue();
                }
                return in.getLongValue();
            } catch (tools.jackson.core.JacksonException tooLarge) {
                throw new CodecException("the number " + in.getString() + " is too large");
            }
        }

        @Override
        public Object absent() {
            if (narrow) {
                return 0;
            }
            return 0L;
        }

        @Override
        public Object parse(String text) {
            if (narrow) {
                return Integer.parseInt(text);
            }
            return Long.parseLong(text);
        }
    }

    record DecimalFormat() implements Format {
        @Override
        public void write(JsonGenerator out, Object value, Form form) {
            out.writeNumber((Double) value);
        }

        @Override
        public Object read(JsonParser in, Form form) throws CodecException {
            return switch (in.currentToken()) {
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> in.getDoubleValue();
                case VALUE_NULL -> 0.0;
                default -> throw Formats.unexpected(in, "a number");
            };
        }

        @Override
        public Object absent() {
            return 0.0;
        }
    }

    /** Nanoseconds; text such as {@code "5s"} is read too, since clients send both. */
    record DurationFormat() implements Format {
        @Override
        public void write(JsonGenerator out, Object value, Form form) {
            out.writeNumber(((Duration) value).toNanos());
        }

        @Override
        public Object read(JsonParser in, Form form) throws CodecException {
            return switch (in.currentToken()) {
                case VALUE_NUMBER_INT -> Formats.duration(in.getLongValue());
                case VALUE_STRING -> parse(in.getString());
                case VALUE_NULL -> Duration.ZERO;
                default -> throw Formats.unexpected(in, "a duration");
            };
        }

        @Override
        public Object absent() {
            return Duration.ZERO;
        }

        @Override
        public Object parse(String text) throws CodecException {
            return GoDuration.parse(text);
        }
    }

    record InstantFormat(boolean rfc3339) implements Format {
        /** What the published API shows for a time that is not set. */
        private static final String UNSET = "0001-01-01T00:00:00Z";

        @Override
        public void write(JsonGenerator out, Object value, Form form) {
            var instant = (Instant) value;
            if (!rfc3339) {
                out.writeNumber(Formats.nanos(instant));
            } else {
                out.writeString(instant.equals(Instant.EPOCH) ? UNSET : instant.toString());
            }
        }

        @Override
        public Object read(JsonParser in, Form form) throws CodecException {
            return switch (in.currentToken()) {
                case VALUE_NUMBER_INT -> Formats.instant(in.getLongValue());
                case VALUE_STRING -> parse(in.getString());
                case VALUE_NULL -> Instant.EPOCH;
                default -> throw Formats.unexpected(in, "a time");
            };
        }

        @Override
        public Object absent() {
            return Instant.EPOCH;
        }

        @Override
        public Object parse(String text) throws CodecException {
            if (text.equals(UNSET)) {
                return Instant.EPOCH;
            }
            try {
                return Instant.parse(text);
            } catch (DateTimeException malformed) {
                throw new CodecException("\"" + text + "\" is not a time such as 2026-01-31T08:00:00Z");
            }
        }
    }

    record BytesFormat() implements Format {
        @Override
        public void write(JsonGenerator out, Object value, Form form) {
            out.writeBinary((byte[]) value);
        }

        @Override
        public Object read(JsonParser in, Form form) throws CodecException {
            if (in.currentToken() == JsonToken.VALUE_NULL) {
                return absent();
            }
            try {
                return in.getBinaryValue();
            } catch (tools.jackson.core.JacksonException malformed) {
                throw Formats.unexpected(in, "base64 text");
            }
        }

        @Override
        public Object absent() {
            return new byte[0];
        }
    }

    /** Typed ids, by their constructor of one text. */
    static final class ScalarFormat implements Format {
        private final Constructor<?> constructor;

        ScalarFormat(Class<?> type) {
            try {
                constructor = type.getDeclaredConstructor(String.class);
                constructor.setAccessible(true);
            } catch (NoSuchMethodException bug) {
                throw new IllegalStateException(type + " cannot be made of a text", bug);
            }
        }

        @Override
        public void write(JsonGenerator out, Object value, Form form) {
            out.writeString(((Scalar) value).value());
        }

        @Override
        public Object read(JsonParser in, Form form) throws CodecException {
            if (in.currentToken() != JsonToken.VALUE_STRING) {
                throw Formats.unexpected(in, "a text");
            }
            return parse(in.getString());
        }

        @Override
        public Object absent() throws CodecException {
            return parse("");
        }

        @Override
        public Object parse(String text) throws CodecException {
            return RecordShape.construct(constructor, text);
        }
    }

    /** Constants are written in lower case unless {@link Json} says otherwise; the first is the absent value. */
    static final class EnumFormat implements Format {
        private final SortedMap<String, Object> byName;
        private final List<String> names;
        private final Object first;
        private final Class<?> type;

        EnumFormat(Class<?> type) {
            this.type = type;
            var names = new TreeMap<String, Object>();
            for (Object constant : type.getEnumConstants()) {
                names.put(nameOf((Enum<?>) constant), constant);
            }
            byName = Collections.unmodifiableSortedMap(names);
            this.names = Arrays.stream(type.getEnumConstants())
                    .map(constant -> nameOf((Enum<?>) constant))
                    .toList();
            first = type.getEnumConstants()[0];
        }

        static String nameOf(Enum<?> constant) {
            try {
                var json =
                        constant.getDeclaringClass().getField(constant.name()).getAnnotation(Json.class);
                return json != null ? json.value() : constant.name().toLowerCase(Locale.ROOT);
            } catch (NoSuchFieldException bug) {
                throw new IllegalStateException(bug);
            }
        }

        @Override
        public void write(JsonGenerator out, Object value, Form form) {
            out.writeString(names.get(((Enum<?>) value).ordinal()));
        }

        @Override
        public Object read(JsonParser in, Form form) throws CodecException {
            if (in.currentToken() == JsonToken.VALUE_NULL) {
                return first;
            }
            if (in.currentToken() != JsonToken.VALUE_STRING) {
                throw Formats.unexpected(in, "one of " + byName.keySet());
            }
            return parse(in.getString());
        }

        @Override
        public Object absent() {
            return first;
        }

        @Override
        public Object parse(String text) throws CodecException {
            var constant = byName.get(text);
            if (constant == null) {
                throw new CodecException("\"" + text + "\" is not a "
                        + JsonNames.snakeCase(type.getSimpleName()).substring(1).replace('_', ' ')
                        + "; it must be one of " + byName.keySet());
            }
            return constant;
        }
    }
}
