package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/** A value within a template, with the distinctions of Go that show in the output: 1 is not 1.0, nil is not a missing key. */
public sealed interface Datum {
    /** Where there is nothing at all, as the dot of a whole template. */
    record Missing() implements Datum {}

    /** Nothing, said explicitly, such as {@code null} in JSON. */
    record Nil() implements Datum {}

    record Bool(boolean truth) implements Datum {}

    record Whole(long number) implements Datum {}

    record Real(double number) implements Datum {}

    record Text(String text) implements Datum {}

    /** Values in an order. */
    record Sequence(List<Datum> elements, SortedMap<String, Method> methods) implements Datum {}

    /** Named fields in a fixed order; {@code printed} is what stands for the whole in a text. */
    record Structure(
            String type,
            SequencedMap<String, Datum> fields,
            SortedMap<String, Method> methods,
            Optional<String> printed)
            implements Datum {}

    /** Something a template may call by name on a value. */
    @FunctionalInterface
    interface Method {
        Datum call(List<Datum> arguments) throws FunctionException;
    }

    /**
     * Values by key, in the order of the keys. Only the functions that are made for changing a map change it, and only
     * during the one rendering it belongs to.
     */
    final class Table implements Datum {
        private final TreeMap<String, Datum> entries;
        private final boolean numbered;
        private final Datum zero;
        private final SortedMap<String, Method> methods;

        private Table(TreeMap<String, Datum> entries, boolean numbered, Datum zero, SortedMap<String, Method> methods) {
            this.entries = entries;
            this.numbered = numbered;
            this.zero = zero;
            this.methods = methods;
        }

        public SortedMap<String, Datum> entries() {
            return Collections.unmodifiableSortedMap(entries);
        }

        /** True when the keys are whole numbers rather than texts. */
        boolean isNumbered() {
            return numbered;
        }

        /** What a key that is not there gives. */
        Datum zero() {
            return zero;
        }

        SortedMap<String, Method> methods() {
            return methods;
        }

        Optional<Datum> get(String key) {
            return Optional.ofNullable(entries.get(key));
        }

        Datum key(String key) {
            return numbered ? new Whole(Long.parseLong(key)) : new Text(key);
        }

        void put(String key, Datum value) {
            entries.put(key, value);
        }

        void remove(String key) {
            entries.remove(key);
        }

        Table copy() {
            return new Table(new TreeMap<>(entries), numbered, zero, methods);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Table table && entries.equals(table.entries) && numbered == table.numbered;
        }

        @Override
        public int hashCode() {
            return entries.hashCode();
        }

        @Override
        public String toString() {
            return entries.toString();
        }
    }

    static Datum missing() {
        return new Missing();
    }

    static Datum nil() {
        return new Nil();
    }

    static Datum of(boolean truth) {
        return new Bool(truth);
    }

    static Datum of(long number) {
        return new Whole(number);
    }

    static Datum of(double number) {
        return new Real(number);
    }

    static Datum of(String text) {
        return new Text(text);
    }

    static Sequence of(List<? extends Datum> elements) {
        return new Sequence(List.copyOf(elements), Collections.emptySortedMap());
    }

    static Sequence texts(List<String> texts) {
        var elements = new ArrayList<Datum>();
        texts.forEach(text -> elements.add(of(text)));
        return of(elements);
    }

    /** A map of anything, as JSON has them. */
    static Table table(Map<String, ? extends Datum> entries) {
        return new Table(new TreeMap<>(entries), false, nil(), Collections.emptySortedMap());
    }

    /** A map of texts. */
    static Table textTable(Map<String, String> entries) {
        var values = new TreeMap<String, Datum>();
        entries.forEach((key, value) -> values.put(key, of(value)));
        return new Table(values, false, of(""), Collections.emptySortedMap());
    }

    /** A map with a value that stands for what is missing, and with methods. */
    static Table table(Map<String, ? extends Datum> entries, Datum zero, SortedMap<String, Method> methods) {
        return new Table(new TreeMap<>(entries), false, zero, methods);
    }

    /** A map with whole numbers as keys. */
    static Table numbered(Map<Long, ? extends Datum> entries) {
        var sorted = new TreeMap<String, Datum>((a, b) -> Long.compare(Long.parseLong(a), Long.parseLong(b)));
        entries.forEach((key, value) -> sorted.put(Long.toString(key), value));
        return new Table(sorted, true, nil(), Collections.emptySortedMap());
    }

    static Structure structure(String type, SequencedMap<String, Datum> fields) {
        return new Structure(
                type,
                Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields)),
                Collections.emptySortedMap(),
                Optional.empty());
    }

    /** What Go calls its type; for messages. */
    default String type() {
        return switch (this) {
            case Missing _, Nil _ -> "nil";
            case Bool _ -> "bool";
            case Whole _ -> "int";
            case Real _ -> "float64";
            case Text _ -> "string";
            case Sequence _ -> "list";
            case Table _ -> "map";
            case Structure structure -> structure.type();
        };
    }

    default boolean isNothing() {
        return this instanceof Missing || this instanceof Nil;
    }

    /** False for false, 0, nothing, and empty texts, lists and maps. */
    default boolean isTrue() {
        return switch (this) {
            case Missing _, Nil _ -> false;
            case Bool(boolean truth) -> truth;
            case Whole(long number) -> number != 0;
            case Real(double number) -> number != 0;
            case Text(String text) -> !text.isEmpty();
            case Sequence sequence -> !sequence.elements().isEmpty();
            case Table table -> !table.entries.isEmpty();
            case Structure _ -> true;
        };
    }
}
