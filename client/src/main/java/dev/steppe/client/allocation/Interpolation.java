package dev.steppe.client.allocation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Replaces {@code ${name}} in texts by what it stands for on this node and in this task. An unknown name stays as it is
 * written, since many programs use the same form.
 */
final class Interpolation {
    private final Function<String, Optional<String>> names;

    Interpolation(Function<String, Optional<String>> names) {
        this.names = names;
    }

    String text(String text) {
        int open = text.indexOf("${");
        if (open < 0) {
            return text;
        }
        var result = new StringBuilder();
        int done = 0;
        while (open >= 0) {
            int close = text.indexOf('}', open);
            if (close < 0) {
                break;
            }
            String name = text.substring(open + 2, close).strip();
            result.append(text, done, open);
            result.append(names.apply(name).orElse(text.substring(open, close + 1)));
            done = close + 1;
            open = text.indexOf("${", done);
        }
        return result.append(text.substring(done)).toString();
    }

    SortedMap<String, String> texts(Map<String, String> texts) {
        var result = new TreeMap<String, String>();
        texts.forEach((name, value) -> result.put(name, text(value)));
        return Collections.unmodifiableSortedMap(result);
    }

    /** All texts within a driver's configuration. */
    SortedMap<String, Object> config(Map<String, ?> config) {
        var result = new TreeMap<String, Object>();
        config.forEach((name, value) -> result.put(name, any(value)));
        return Collections.unmodifiableSortedMap(result);
    }

    private Object any(Object value) {
        return switch (value) {
            case String text -> text(text);
            case List<?> list -> {
                var result = new ArrayList<Object>();
                list.forEach(element -> result.add(any(element)));
                yield Collections.unmodifiableList(result);
            }
            case Map<?, ?> map -> {
                var result = new TreeMap<String, Object>();
                map.forEach((name, element) -> result.put((String) name, any(element)));
                yield Collections.unmodifiableSortedMap(result);
            }
            default -> value;
        };
    }
}
