package dev.steppe.client.settings;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Devices of one kind that the configuration says a node has: {@code client { device "vendor/type/name" { ... } }}.
 *
 * @param attributes what they have in common, as {@code memory = "40GiB"}
 * @param environment what tasks with some of them are told; {@code {ids}} stands for the ids they have
 * @param numaNode the memory node they are close to
 */
public record DeviceSettings(
        String vendor,
        String type,
        String name,
        List<String> ids,
        SortedMap<String, String> attributes,
        SortedMap<String, String> environment,
        Optional<Integer> numaNode) {
    public DeviceSettings {
        ids = List.copyOf(ids);
        attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    public String label() {
        return vendor + "/" + type + "/" + name;
    }
}
