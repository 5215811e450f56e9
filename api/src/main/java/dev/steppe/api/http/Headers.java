package dev.steppe.api.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Header lines in order. Names are compared without regard to case. Immutable. */
public record Headers(List<Line> lines) {
    private static final Headers NONE = new Headers(List.of());

    public Headers {
        lines = List.copyOf(lines);
    }

    /** One header line; values with line breaks cannot exist, so that no answer can be split. */
    public record Line(String name, String value) {
        public Line {
            if (name.isEmpty() || hasControl(name) || hasControl(value)) {
                throw new IllegalArgumentException("not a header line: " + name);
            }
        }

        private static boolean hasControl(String text) {
            return text.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0);
        }
    }

    public static Headers none() {
        return NONE;
    }

    public static Headers of(String name, String value) {
        return NONE.with(name, value);
    }

    /** The value of the first line of this name. */
    public Optional<String> first(String name) {
        for (var line : lines) {
            if (line.name.equalsIgnoreCase(name)) {
                return Optional.of(line.value);
            }
        }
        return Optional.empty();
    }

    /** These headers with the line in place of all lines of the same name. */
    public Headers with(String name, String value) {
        var changed = new ArrayList<Line>(lines.size() + 1);
        for (var line : lines) {
            if (!line.name.equalsIgnoreCase(name)) {
                changed.add(line);
            }
        }
        changed.add(new Line(name, value));
        return new Headers(changed);
    }
}
