package dev.steppe.client.node;

import dev.steppe.model.codec.Json;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The words about a node: what counts, what was told while it ran (an absent value takes a configured word away), and
 * what its configuration says.
 */
public record NodeMeta(
        SortedMap<String, String> meta,
        SortedMap<String, Optional<String>> dynamic,
        @Json("Static") SortedMap<String, String> configured) {

    /** What was told wins over what is configured. */
    static NodeMeta of(SortedMap<String, String> configured, SortedMap<String, Optional<String>> dynamic) {
        var meta = new TreeMap<>(configured);
        dynamic.forEach((key, value) -> value.ifPresentOrElse(text -> meta.put(key, text), () -> meta.remove(key)));
        return new NodeMeta(Collections.unmodifiableSortedMap(meta), dynamic, configured);
    }
}
