package dev.steppe.agent.configuration;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeSet;

/**
 * All keys of one dialect, in the order of its file. What the reader accepts, what the reference lists and what becomes of
 * a key is told here and nowhere else.
 */
final class KeyTable {
    private static final int COLUMNS = 5;
    private static final Map<Dialect, KeyTable> TABLES = tables();

    private final Dialect dialect;
    private final SequencedMap<String, SequencedMap<String, Key>> sections = new LinkedHashMap<>();

    private KeyTable(Dialect dialect) {
        this.dialect = dialect;
    }

    static KeyTable of(Dialect dialect) {
        return Objects.requireNonNull(TABLES.get(dialect));
    }

    private static Map<Dialect, KeyTable> tables() {
        var tables = new EnumMap<Dialect, KeyTable>(Dialect.class);
        for (Dialect dialect : Dialect.values()) {
            tables.put(dialect, read(dialect));
        }
        return tables;
    }

    private static KeyTable read(Dialect dialect) {
        var table = new KeyTable(dialect);
        String section = "";
        int number = 0;
        for (String line : text(dialect.resource()).split("\n", -1)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[")) {
                section = line.substring(1, line.length() - 1);
                table.sections.putIfAbsent(section, new LinkedHashMap<>());
                continue;
            }
            try {
                table.add(section, line.split("\\|", -1));
            } catch (IllegalArgumentException wrong) {
                throw new IllegalStateException(dialect.resource() + " line " + number + ": " + wrong.getMessage());
            }
        }
        return table;
    }

    private void add(String section, String[] columns) {
        if (columns.length != COLUMNS) {
            throw new IllegalArgumentException("has " + columns.length + " columns, not " + COLUMNS);
        }
        for (String name : columns[0].strip().split("\\s+", -1)) {
            var key = new Key(
                    dialect,
                    section,
                    name,
                    Kind.of(columns[1].strip()),
                    Fate.of(columns[2].strip()),
                    columns[3].strip(),
                    columns[4].strip());
            if (Objects.requireNonNull(sections.get(section)).put(name, key) != null) {
                throw new IllegalArgumentException("\"" + key.path() + "\" is there twice");
            }
        }
    }

    private static String text(String resource) {
        try (InputStream stream = KeyTable.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException(resource + " is missing");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    Dialect dialect() {
        return dialect;
    }

    Optional<Key> key(String section, String name) {
        return Optional.ofNullable(sections.get(section)).map(keys -> keys.get(name));
    }

    /** Every key, in order. */
    List<Key> keys() {
        var all = new ArrayList<Key>();
        sections.values().forEach(keys -> all.addAll(keys.values()));
        return all;
    }

    /** The blocks in order; the top is the empty name. */
    Collection<String> sections() {
        return sections.sequencedKeySet();
    }

    Collection<Key> keysOf(String section) {
        return Objects.requireNonNull(sections.get(section)).sequencedValues();
    }

    /** True for a block of this name, also for one that only holds others. */
    boolean isSection(String section) {
        return sections.keySet().stream()
                .anyMatch(known ->
                        known.equals(section) || known.startsWith(section + ".") || known.startsWith(section + " "));
    }

    /** The words that may stand in a block: keys and types of inner blocks. */
    Collection<String> words(String section) {
        var words = new TreeSet<String>();
        String prefix = section.isEmpty() ? "" : section + ".";
        for (String known : sections.keySet()) {
            if (known.equals(section)) {
                words.addAll(keysOf(known).stream().map(Key::name).toList());
            } else if (known.startsWith(prefix)) {
                words.add(known.substring(prefix.length()).split("[. ]", 2)[0]);
            }
        }
        return words;
    }

    /** The labels that a block of this type may have; empty where it has none, a star where any will do. */
    Collection<String> labels(String section) {
        var labels = new TreeSet<String>();
        for (String known : sections.keySet()) {
            if (known.equals(section + " *")) {
                labels.add("*");
            } else if (known.startsWith(section + " \"")) {
                labels.add(known.substring(section.length() + 2).split("\"", 2)[0]);
            }
        }
        return labels;
    }
}
