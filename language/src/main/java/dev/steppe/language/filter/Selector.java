package dev.steppe.language.filter;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The way to a value within a thing: the name of a field, and of what is in it. */
record Selector(List<String> path) {
    Selector {
        path = List.copyOf(path);
    }

    String first() {
        return path.getFirst();
    }

    /** What lies there; empty when nothing does. */
    Optional<Object> in(Map<?, ?> thing) {
        Object at = thing;
        for (String name : path) {
            if (!(at instanceof Map<?, ?> fields)) {
                return Optional.empty();
            }
            at = fields.get(name);
        }
        return Optional.ofNullable(at);
    }

    @Override
    public String toString() {
        return String.join(".", path);
    }
}
