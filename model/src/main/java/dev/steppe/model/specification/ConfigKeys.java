package dev.steppe.model.specification;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The keys a driver's task config knows, each with the form of its value; everything else is refused by name. */
public final class ConfigKeys {
    private final SortedMap<String, Form> forms = new TreeMap<>();
    private final SortedMap<String, ConfigKeys> inner = new TreeMap<>();
    private final SortedMap<String, String> absent = new TreeMap<>();
    private final List<String> required = new ArrayList<>();

    ConfigKeys() {}

    /** How a value must look. HCL gives numbers and booleans also as text, which is accepted. */
    enum Form {
        TEXT("a string"),
        TEXTS("a list of strings"),
        NUMBER("a number"),
        BOOLEAN("true or false"),
        TEXT_MAP("a map of strings"),
        BLOCKS("a block");

        private final String description;

        Form(String description) {
            this.description = description;
        }
    }

    ConfigKeys with(String key, Form form) {
        forms.put(key, form);
        return this;
    }

    ConfigKeys require(String key, Form form) {
        required.add(key);
        return with(key, form);
    }

    /** A block with keys of its own, which may be there several times. */
    ConfigKeys blocks(String key, ConfigKeys keys) {
        inner.put(key, keys);
        return with(key, Form.BLOCKS);
    }

    /** A key that people know and that Steppe does not have; the advice says what to do instead. */
    ConfigKeys without(String key, String advice) {
        absent.put(key, advice);
        return this;
    }

    /** Those of the config that Steppe does not have although people know them, each with what to do instead. */
    SortedMap<String, String> withoutEffect(SortedMap<String, Object> config) {
        var found = new TreeMap<>(absent);
        found.keySet().retainAll(config.keySet());
        return found;
    }

    /**
     * What is wrong with the names in a config, by their place. Values are not looked at: they may hold what only a node
     * knows, and so may names with an interpolation.
     */
    SortedMap<String, String> unknown(SortedMap<String, Object> config) {
        var found = new TreeMap<String, String>();
        unknown("", config, found);
        return found;
    }

    private void unknown(String place, SortedMap<String, Object> config, SortedMap<String, String> found) {
        for (String key : config.keySet()) {
            if (key.contains("${") || absent.containsKey(key)) {
                continue;
            }
            if (!forms.containsKey(key)) {
                found.put(place + key, unknown(place, key));
            } else {
                Optional.ofNullable(inner.get(key))
                        .ifPresent(keys ->
                                blocks(config, key).forEach(block -> keys.unknown(place + key + ".", block, found)));
            }
        }
    }

    private String unknown(String place, String key) {
        var nearest = nearest(key);
        return "config key \"" + place + key + "\" is not known"
                + (nearest.isEmpty() ? "; known are " + String.join(", ", forms.keySet()) : nearest);
    }

    /** Everything wrong with a config whose values are known. */
    public List<String> problems(SortedMap<String, Object> config) {
        var problems = new ArrayList<String>();
        problems("", config, problems);
        return problems;
    }

    private void problems(String place, SortedMap<String, Object> config, List<String> problems) {
        for (String key : required) {
            if (!config.containsKey(key)) {
                problems.add("config key \"" + place + key + "\" is missing");
            }
        }
        for (Map.Entry<String, Object> entry : config.entrySet()) {
            var key = entry.getKey();
            var form = forms.get(key);
            if (form == null) {
                problems.add(
                        absent.containsKey(key)
                                ? "config key \"" + place + key + "\" is not supported; " + absent.get(key)
                                : unknown(place, key));
            } else if (!fits(form, entry.getValue())) {
                problems.add("config key \"" + place + key + "\" must be " + form.description);
            } else {
                Optional.ofNullable(inner.get(key))
                        .ifPresent(keys -> blocks(config, key)
                                .forEach(block -> keys.problems(place + key + ".", block, problems)));
            }
        }
    }

    /** Each block of that name; one that is written as a map counts as one. */
    public static List<SortedMap<String, Object>> blocks(SortedMap<String, Object> config, String key) {
        var found = new ArrayList<SortedMap<String, Object>>();
        for (Object part : config.get(key) instanceof List<?> list ? list : List.of(config.getOrDefault(key, ""))) {
            if (part instanceof Map<?, ?> map) {
                var block = new TreeMap<String, Object>();
                map.forEach((name, value) -> block.put(String.valueOf(name), value));
                found.add(block);
            }
        }
        return found;
    }

    /** The block of that name, empty when it is not there. */
    public static SortedMap<String, Object> block(SortedMap<String, Object> config, String key) {
        var found = blocks(config, key);
        return found.isEmpty() ? new TreeMap<>() : found.getFirst();
    }

    /** The value of a key that is a number. */
    public static long number(SortedMap<String, Object> config, String key) {
        return (long) Double.parseDouble(text(config, key));
    }

    /** The value as text, empty when it is not there. */
    public static String text(SortedMap<String, Object> config, String key) {
        var value = config.get(key);
        return value == null ? "" : value.toString();
    }

    /** The elements of a list, none when it is not there. */
    public static List<String> texts(SortedMap<String, Object> config, String key) {
        return config.get(key) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** Whether the key is there and true. */
    public static boolean flag(SortedMap<String, Object> config, String key) {
        return text(config, key).equals("true");
    }

    /** A block written once or a map: both arrive as a map, or as a list with one map in it. */
    public static SortedMap<String, String> textMap(SortedMap<String, Object> config, String key) {
        var result = new TreeMap<String, String>();
        for (Object part : config.get(key) instanceof List<?> list ? list : List.of(config.getOrDefault(key, ""))) {
            if (part instanceof Map<?, ?> map) {
                map.forEach((name, value) -> result.put(String.valueOf(name), String.valueOf(value)));
            }
        }
        return result;
    }

    private static boolean fits(Form form, Object value) {
        return switch (form) {
            case TEXT -> isScalar(value);
            case NUMBER -> isScalar(value) && value.toString().matches("-?[0-9]+(\\.[0-9]+)?");
            case BOOLEAN -> value.toString().matches("true|false");
            case TEXTS -> value instanceof List<?> list && list.stream().allMatch(ConfigKeys::isScalar);
            case TEXT_MAP ->
                isTextMap(value)
                        || (value instanceof List<?> list && list.stream().allMatch(ConfigKeys::isTextMap));
            case BLOCKS ->
                value instanceof Map<?, ?>
                        || (value instanceof List<?> list && list.stream().allMatch(part -> part instanceof Map<?, ?>));
        };
    }

    private static boolean isScalar(Object value) {
        return value instanceof String || value instanceof Number || value instanceof Boolean;
    }

    private static boolean isTextMap(Object value) {
        return value instanceof Map<?, ?> map && map.values().stream().allMatch(ConfigKeys::isScalar);
    }

    private String nearest(String key) {
        return forms.keySet().stream()
                .min(Comparator.comparingInt(known -> distance(known, key)))
                .filter(known -> distance(known, key) <= 2)
                .map(known -> " (did you mean \"" + known + "\"?)")
                .orElse("");
    }

    private static int distance(String left, String right) {
        var row = new int[right.length() + 1];
        for (int column = 0; column <= right.length(); column++) {
            row[column] = column;
        }
        for (int line = 1; line <= left.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column <= right.length(); column++) {
                int replaced = diagonal + (left.charAt(line - 1) == right.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(replaced, 1 + Math.min(row[column], row[column - 1]));
            }
        }
        return row[right.length()];
    }
}
