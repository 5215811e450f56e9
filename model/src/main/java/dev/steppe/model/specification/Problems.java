package dev.steppe.model.specification;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

/** The problems found so far, and the place in the job that is being looked at. */
final class Problems {
    private final List<Problem> found;
    private final String path;
    private final String where;

    private Problems(List<Problem> found, String path, String where) {
        this.found = found;
        this.path = path;
        this.where = where;
    }

    static Problems none() {
        return new Problems(new ArrayList<>(), "", "");
    }

    List<Problem> all() {
        return List.copyOf(found);
    }

    /** The same list, further in: at this path below the one here, named so to people. */
    Problems in(String inner, String name) {
        return new Problems(found, at(inner), where + name + ": ");
    }

    private String at(String inner) {
        if (inner.isEmpty() || path.isEmpty()) {
            return path + inner;
        }
        return path + "." + inner;
    }

    void add(String field, String message) {
        found.add(new Problem(at(field), where + message));
    }

    void addIf(boolean wrong, String field, String message) {
        if (wrong) {
            add(field, message);
        }
    }

    void oneOf(String field, String word, String value, List<String> possible) {
        addIf(
                !value.isEmpty() && !possible.contains(value),
                field,
                word + " \"" + value + "\" must be one of " + String.join(", ", possible));
    }

    void notNegative(String field, String word, Duration value) {
        addIf(value.isNegative(), field, word + " must not be negative");
    }

    void atLeast(String field, String word, Duration value, Duration least) {
        addIf(value.compareTo(least) < 0, field, word + " must be at least " + text(least));
    }

    static String text(Duration duration) {
        return dev.steppe.model.codec.GoDuration.format(duration);
    }

    <T> void distinct(String field, String word, List<T> items, Function<T, String> name) {
        var seen = new TreeSet<String>();
        int index = 0;
        for (T item : items) {
            addIf(
                    !seen.add(name.apply(item)),
                    field + "[" + index + "]",
                    word + " \"" + name.apply(item) + "\" is defined twice; give each a name of its own");
            index++;
        }
    }
}
