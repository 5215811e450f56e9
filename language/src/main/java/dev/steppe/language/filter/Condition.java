package dev.steppe.language.filter;

import dev.steppe.language.pattern.LinearPattern;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** What a filter says of one thing, given as the maps, lists and simple values of its JSON. */
sealed interface Condition {
    boolean holds(Map<?, ?> thing) throws InvalidFilterException;

    /** Holds when all do. */
    record All(List<Condition> parts) implements Condition {
        @Override
        public boolean holds(Map<?, ?> thing) throws InvalidFilterException {
            for (Condition part : parts) {
                if (!part.holds(thing)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Holds when one does. */
    record Any(List<Condition> parts) implements Condition {
        @Override
        public boolean holds(Map<?, ?> thing) throws InvalidFilterException {
            for (Condition part : parts) {
                if (part.holds(thing)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Holds when the other does not; so does each negated comparison, also where there is no value. */
    record Not(Condition other) implements Condition {
        @Override
        public boolean holds(Map<?, ?> thing) throws InvalidFilterException {
            return !other.holds(thing);
        }
    }

    /** The value is this text, number or truth. */
    record Equal(Selector selector, String value) implements Condition {
        @Override
        public boolean holds(Map<?, ?> thing) throws InvalidFilterException {
            var found = selector.in(thing);
            return found.isPresent() && isEqual(found.get());
        }

        private boolean isEqual(Object found) throws InvalidFilterException {
            return switch (found) {
                case Boolean truth -> truth == truth();
                case Number number -> new BigDecimal(number.toString()).compareTo(number()) == 0;
                case List<?> list -> throw other("a list", "contains");
                case Map<?, ?> map -> throw other("a group of fields", "contains");
                default -> found.toString().equals(value);
            };
        }

        private boolean truth() throws InvalidFilterException {
            if (value.equals("true") || value.equals("false")) {
                return value.equals("true");
            }
            throw new InvalidFilterException(selector + " is true or false, and never \"" + value + "\"");
        }

        private BigDecimal number() throws InvalidFilterException {
            try {
                return new BigDecimal(value);
            } catch (NumberFormatException text) {
                throw new InvalidFilterException(selector + " is a number, and \"" + value + "\" is none");
            }
        }

        private InvalidFilterException other(String kind, String operator) {
            return new InvalidFilterException(selector + " is " + kind + ", which equals no text; use " + selector + " "
                    + operator + " " + value);
        }
    }

    /** The value is a list with this element, a group with a field of this name, or a text with this in it. */
    record Contains(Selector selector, String value) implements Condition {
        @Override
        public boolean holds(Map<?, ?> thing) throws InvalidFilterException {
            var found = selector.in(thing);
            return found.isPresent()
                    && switch (found.get()) {
                        case List<?> list -> list.stream().anyMatch(it -> value.equals(String.valueOf(it)));
                        case Map<?, ?> map -> map.containsKey(value);
                        case String text -> text.contains(value);
                        default -> throw kind(selector, found.get(), "has nothing in it; use ==");
                    };
        }
    }

    /** The expression is found in the text. Its time grows with the text's length only. */
    record Matches(Selector selector, LinearPattern pattern) implements Condition {
        @Override
        public boolean holds(Map<?, ?> thing) throws InvalidFilterException {
            var found = selector.in(thing);
            if (found.isEmpty()) {
                return false;
            }
            if (found.get() instanceof String text) {
                return pattern.isFoundIn(text);
            }
            throw kind(selector, found.get(), "is no text that an expression could match");
        }
    }

    /** There is no value, or one without anything in it. */
    record Empty(Selector selector) implements Condition {
        @Override
        public boolean holds(Map<?, ?> thing) throws InvalidFilterException {
            var found = selector.in(thing);
            return found.isEmpty()
                    || switch (found.get()) {
                        case List<?> list -> list.isEmpty();
                        case Map<?, ?> map -> map.isEmpty();
                        case String text -> text.isEmpty();
                        default -> throw kind(selector, found.get(), "is never empty");
                    };
        }
    }

    /**
     * What is in a list or a group, each under a name of its own: {@code key} for the name of a field or the place in a list,
     * {@code value} for what is there.
     */
    record Each(boolean all, Selector selector, Optional<String> key, Optional<String> value, Condition inner)
            implements Condition {
        @Override
        public boolean holds(Map<?, ?> thing) throws InvalidFilterException {
            var found = selector.in(thing);
            var bound = new TreeMap<String, Object>();
            thing.forEach((name, field) -> {
                if (field != null) {
                    bound.put(String.valueOf(name), field);
                }
            });
            for (Map.Entry<String, Object> entry : entries(found)) {
                key.ifPresent(name -> bound.put(name, entry.getKey()));
                value.ifPresent(name -> bound.put(name, entry.getValue()));
                if (inner.holds(bound) != all) {
                    return !all;
                }
            }
            return all;
        }

        private List<Map.Entry<String, Object>> entries(Optional<Object> found) throws InvalidFilterException {
            var entries = new ArrayList<Map.Entry<String, Object>>();
            if (found.isPresent() && found.get() instanceof List<?> list) {
                list.forEach(it -> entries.add(entry(entries.size(), it)));
            } else if (found.isPresent() && found.get() instanceof Map<?, ?> map) {
                map.forEach((name, it) -> entries.add(entry(String.valueOf(name), it)));
            } else if (found.isPresent()) {
                throw kind(selector, found.get(), "is neither a list nor a group of fields");
            }
            return entries;
        }

        private static Map.Entry<String, Object> entry(Object name, Object value) {
            return Map.entry(String.valueOf(name), Objects.requireNonNullElse(value, ""));
        }
    }

    private static InvalidFilterException kind(Selector selector, Object found, String what) {
        String kind = switch (found) {
            case Number number -> "a number";
            case Boolean truth -> "true or false";
            case List<?> list -> "a list";
            case Map<?, ?> map -> "a group of fields";
            default -> "a text";
        };
        return new InvalidFilterException(selector + " is " + kind + " and " + what);
    }
}
