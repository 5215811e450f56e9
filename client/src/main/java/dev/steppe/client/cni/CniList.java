package dev.steppe.client.cni;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A network as its operator wrote it down: the plug-ins that make it, one after the other, each with its configuration.
 *
 * @param version of the protocol that the plug-ins are spoken to in
 */
record CniList(String name, String version, List<SortedMap<String, Object>> plugins) {
    private static final String NAME = "name";
    private static final String VERSION = "cniVersion";
    private static final String PLUGINS = "plugins";
    private static final String TYPE = "type";
    private static final String OLDEST = "0.2.0";

    CniList {
        plugins = List.copyOf(plugins);
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.-]*")) {
            throw new IllegalArgumentException("\"" + name + "\" is no name of a network");
        }
        for (SortedMap<String, Object> plugin : plugins) {
            if (!(plugin.get(TYPE) instanceof String type) || !type.matches("[A-Za-z0-9][A-Za-z0-9_.-]*")) {
                throw new IllegalArgumentException("a plug-in of network \"" + name + "\" has no type");
            }
        }
    }

    /** Reads a file with a list of plug-ins, or with a single one. */
    static CniList read(Path file) throws IOException {
        try {
            return of(Codec.fromJson(Object.class, Files.readAllBytes(file)));
        } catch (CodecException | IllegalArgumentException wrong) {
            throw new IOException(file + ": " + wrong.getMessage(), wrong);
        }
    }

    /** From the JSON of such a file, or of {@link #shape}. */
    static CniList of(Object json) {
        var all = map(json).orElseThrow(() -> new IllegalArgumentException("is no JSON object"));
        var plugins = new ArrayList<SortedMap<String, Object>>();
        if (all.get(PLUGINS) instanceof List<?> list) {
            for (Object each : list) {
                plugins.add(map(each).orElseThrow(() -> new IllegalArgumentException("a plug-in is no JSON object")));
            }
        } else {
            plugins.add(all);
        }
        return new CniList(text(all, NAME).orElse(""), text(all, VERSION).orElse(OLDEST), plugins);
    }

    /** As JSON, to be kept: what the plug-ins made they undo by the same words. */
    SortedMap<String, Object> shape() {
        return new TreeMap<>(Map.of(NAME, name, VERSION, version, PLUGINS, plugins));
    }

    static String type(SortedMap<String, Object> plugin) {
        return String.valueOf(plugin.getOrDefault(TYPE, ""));
    }

    /** Whether the plug-in wants to be told of this. */
    static boolean isCapable(SortedMap<String, Object> plugin, String of) {
        return map(plugin.getOrDefault("capabilities", ""))
                .filter(it -> it.getOrDefault(of, false).equals(true))
                .isPresent();
    }

    /** What the plug-in reads: its own words, and what is the case this time. */
    SortedMap<String, Object> input(SortedMap<String, Object> plugin, SortedMap<String, Object> now) {
        var input = new TreeMap<>(plugin);
        input.put(NAME, name);
        input.put(VERSION, version);
        input.putAll(now);
        return input;
    }

    /** True when the protocol is this one or newer. */
    boolean isFrom(int major, int minor) {
        var parts = version.split("\\.", -1);
        try {
            int first = Integer.parseInt(parts[0]);
            return first > major || first == major && parts.length > 1 && Integer.parseInt(parts[1]) >= minor;
        } catch (NumberFormatException unknown) {
            return false;
        }
    }

    static Optional<SortedMap<String, Object>> map(Object json) {
        if (!(json instanceof Map<?, ?> map)) {
            return Optional.empty();
        }
        var found = new TreeMap<String, Object>();
        map.forEach((key, value) -> found.put(String.valueOf(key), value));
        return Optional.of(Collections.unmodifiableSortedMap(found));
    }

    static Optional<String> text(SortedMap<String, Object> map, String key) {
        return map.get(key) instanceof String text && !text.isEmpty() ? Optional.of(text) : Optional.empty();
    }
}
