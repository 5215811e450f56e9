package dev.steppe.language.value;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/** What an expression yields. Immutable; numbers are exact; a mapping keeps the order in which it was written. */
public sealed interface Value {

    /** The word for this kind of value in messages. */
    String kind();

    /** A text. */
    record Text(String text) implements Value {
        public Text {
            Objects.requireNonNull(text, "text");
        }

        @Override
        public String kind() {
            return "string";
        }
    }

    /** A number; 1.50 and 1.5 are equal. */
    record Number(BigDecimal number) implements Value {
        public Number {
            number = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
        }

        @Override
        public String kind() {
            return "number";
        }

        /** As text, without an exponent. */
        public String text() {
            return number.toPlainString();
        }

        public boolean isWhole() {
            return number.scale() <= 0;
        }
    }

    /** True or false. */
    record Bool(boolean truth) implements Value {
        @Override
        public String kind() {
            return "bool";
        }
    }

    /** Values in order, of any kinds. */
    record Sequence(List<Value> elements) implements Value {
        public Sequence {
            elements = List.copyOf(elements);
        }

        @Override
        public String kind() {
            return "list";
        }
    }

    /** Values by name. */
    record Mapping(Map<String, Value> entries) implements Value {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        @Override
        public String kind() {
            return "object";
        }

        /** The entries in the order of their names, which is the order of every walk through a mapping. */
        public SequencedMap<String, Value> sorted() {
            return new java.util.TreeMap<>(entries);
        }
    }

    /** No value: an attribute set to it counts as left out. */
    record Null() implements Value {
        @Override
        public String kind() {
            return "null";
        }
    }

    static Value of(String text) {
        return new Text(text);
    }

    static Value of(long number) {
        return new Number(BigDecimal.valueOf(number));
    }

    static Value of(BigDecimal number) {
        return new Number(number);
    }

    static Value of(boolean truth) {
        return new Bool(truth);
    }

    static Value of(List<Value> elements) {
        return new Sequence(elements);
    }

    static Value of(Map<String, Value> entries) {
        return new Mapping(entries);
    }

    static Value none() {
        return new Null();
    }

    /** A sequence of texts. */
    static Value texts(Collection<String> texts) {
        List<Value> elements = new ArrayList<>(texts.size());
        for (String text : texts) {
            elements.add(new Text(text));
        }
        return new Sequence(elements);
    }
}
