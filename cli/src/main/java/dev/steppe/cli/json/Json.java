package dev.steppe.cli.json;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON value. Objects keep the order of their keys, numbers keep their digits. Reading a key that is absent, or a
 * value of another kind, gives the empty value of the kind asked for: the commands show what an agent sent and never
 * fail over what it left out. Immutable.
 */
public sealed interface Json {

    /** The value under a key, {@link Null} when this is no object or has no such key. */
    default Json at(String key) {
        return new Null();
    }

    /** The text of a text, number or boolean; the empty text otherwise. */
    default String text() {
        return "";
    }

    /** The number as a whole number, 0 when this is none. */
    default long number() {
        return 0;
    }

    /** The number with its fraction, 0 when this is none. */
    default double fraction() {
        return 0;
    }

    /** True for the value {@code true} only. */
    default boolean isTrue() {
        return false;
    }

    /** The elements of an array, empty otherwise. */
    default List<Json> items() {
        return List.of();
    }

    /** The entries of an object in their order, empty otherwise. */
    default Map<String, Json> entries() {
        return Map.of();
    }

    /** True when the value is absent or {@code null}. */
    default boolean isNull() {
        return false;
    }

    default String text(String key) {
        return at(key).text();
    }

    default long number(String key) {
        return at(key).number();
    }

    default boolean isTrue(String key) {
        return at(key).isTrue();
    }

    default List<Json> items(String key) {
        return at(key).items();
    }

    default Map<String, Json> entries(String key) {
        return at(key).entries();
    }

    /** The texts of an array, in their order. */
    default List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        for (var item : items(key)) {
            texts.add(item.text());
        }
        return texts;
    }

    static Json of(String text) {
        return new Text(text);
    }

    static Json of(long number) {
        return new Number(Long.toString(number));
    }

    static Json of(boolean value) {
        return new Bool(value);
    }

    /** An object under construction. Not for use by more than one thread. */
    final class Fields {
        private final Map<String, Json> values = new LinkedHashMap<>();

        public Fields put(String key, Json value) {
            values.put(key, value);
            return this;
        }

        public Fields put(String key, String value) {
            return put(key, of(value));
        }

        public Fields put(String key, long value) {
            return put(key, of(value));
        }

        public Fields put(String key, boolean value) {
            return put(key, of(value));
        }

        public Json build() {
            return new Obj(values);
        }
    }

    /** A JSON object. */
    record Obj(Map<String, Json> entries) implements Json {
        public Obj {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        @Override
        public Json at(String key) {
            var value = entries.get(key);
            return value == null ? new Null() : value;
        }
    }

    /** A JSON array. */
    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }
    }

    /** A JSON string. */
    record Text(String value) implements Json {
        @Override
        public String text() {
            return value;
        }
    }

    /** A JSON number, as its digits. */
    record Number(String digits) implements Json {
        @Override
        public String text() {
            return digits;
        }

        @Override
        public long number() {
            try {
                return Long.parseLong(digits);
            } catch (NumberFormatException notWhole) {
                return (long) Double.parseDouble(digits);
            }
        }

        @Override
        public double fraction() {
            return Double.parseDouble(digits);
        }
    }

    /** A JSON boolean. */
    record Bool(boolean value) implements Json {
        @Override
        public String text() {
            return value ? "true" : "false";
        }

        @Override
        public boolean isTrue() {
            return value;
        }
    }

    /** {@code null}, and every value that is not there. */
    record Null() implements Json {
        @Override
        public boolean isNull() {
            return true;
        }
    }
}
