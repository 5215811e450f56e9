package dev.steppe.agent.configuration;

import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What all files of one dialect set together: a later value wins, lists grow, maps are merged, and a later file's
 * {@code plugin "x"} replaces an earlier file's. For one thread.
 */
final class Written {
    private final KeyTable table;
    private final Findings findings;
    private final Map<String, List<Setting>> settings = new LinkedHashMap<>();
    private final TreeSet<String> asked = new TreeSet<>();

    Written(Dialect dialect, Findings findings) {
        this.table = KeyTable.of(dialect);
        this.findings = findings;
    }

    /** Adds what one more file sets. */
    void merge(List<Setting> file) {
        var replaced = new TreeSet<String>();
        for (Setting setting : file) {
            if (setting.path().startsWith("plugin \"")) {
                replaced.add(setting.path().substring(0, setting.path().indexOf('"', "plugin \"".length()) + 1));
            }
        }
        settings.keySet().removeIf(path -> replaced.stream().anyMatch(path::startsWith));
        file.forEach(this::add);
    }

    /** Adds one setting on top of all. */
    void add(Setting setting) {
        settings.computeIfAbsent(setting.path(), path -> new ArrayList<>()).add(setting);
    }

    /** As if nobody had written it. */
    void remove(String path) {
        settings.remove(path);
    }

    boolean isEmpty() {
        return settings.isEmpty();
    }

    /** All that is in force or grows a list or a map, in the order of its first place. */
    Collection<Setting> inForce() {
        var all = new ArrayList<Setting>();
        settings.values()
                .forEach(places -> all.addAll(
                        switch (places.getLast().key().kind()) {
                            case TEXTS, MAP -> places;
                            default -> List.of(places.getLast());
                        }));
        return all;
    }

    /** The names of all keys that were asked for, with stars for labels. */
    SortedSet<String> asked() {
        return asked;
    }

    /** The setting in force. */
    Optional<Setting> setting(String path) {
        ask(path);
        return Optional.ofNullable(settings.get(path)).map(List::getLast);
    }

    <T> Optional<T> value(String path, Reading<T> reading) {
        return setting(path).flatMap(setting -> read(setting, setting.value(), reading));
    }

    private <T> Optional<T> read(Setting setting, Value value, Reading<T> reading) {
        try {
            return Optional.of(reading.read(value));
        } catch (RefusedValueException refused) {
            findings.wrong(setting.place(), "\"" + setting.path() + "\" " + refused.getMessage(), "");
            return Optional.empty();
        }
    }

    /** The list from all places, each element once. */
    List<String> texts(String path) {
        ask(path);
        var all = new LinkedHashSet<String>();
        for (Setting setting : settings.getOrDefault(path, List.of())) {
            read(setting, setting.value(), Reading::texts).ifPresent(all::addAll);
        }
        return List.copyOf(all);
    }

    /** The map from all places. */
    SortedMap<String, String> map(String path) {
        ask(path);
        var all = new TreeMap<String, String>();
        for (Setting setting : settings.getOrDefault(path, List.of())) {
            if (setting.value() instanceof Value.Mapping(var entries)) {
                entries.forEach((name, value) -> Conversion.toText(value)
                        .ifPresentOrElse(
                                text -> all.put(name, text),
                                () -> findings.wrong(
                                        setting.place(),
                                        "\"" + name + "\" in \"" + setting.path() + "\" must be a text",
                                        "")));
            } else {
                findings.wrong(setting.place(), "\"" + setting.path() + "\" is a block", "");
            }
        }
        return all;
    }

    /** The labels in use of a block that may have any, in the order of the text. */
    Collection<String> labels(String section) {
        table.keysOf(section + " *").forEach(key -> asked.add(key.path()));
        var labels = new LinkedHashSet<String>();
        for (String path : settings.keySet()) {
            if (path.startsWith(section + " \"")) {
                labels.add(path.substring(section.length() + 2, path.lastIndexOf('"')));
            }
        }
        return labels;
    }

    private void ask(String path) {
        String pattern = table.keys().stream().anyMatch(key -> key.path().equals(path))
                ? path
                : path.replaceAll(" \"[^\"]*\"", " *");
        if (table.keys().stream().noneMatch(key -> key.path().equals(pattern))) {
            throw new IllegalStateException("no such key in " + table.dialect().resource() + ": " + pattern);
        }
        asked.add(pattern);
    }
}
