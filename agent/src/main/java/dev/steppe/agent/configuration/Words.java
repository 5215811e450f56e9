package dev.steppe.agent.configuration;

import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** All keys that were written, with their values, so that a later reading can be compared. Values are never shown. */
public final class Words {
    private final SortedMap<String, List<Value>> values = new TreeMap<>();
    private final TreeSet<String> reloadable = new TreeSet<>();

    private Words() {}

    static Words of(Written nomad, Written consul) {
        var words = new Words();
        for (Written written : List.of(nomad, consul)) {
            for (Setting setting : written.inForce()) {
                String name = setting.path() + " (" + setting.key().dialect().product() + ")";
                words.values.computeIfAbsent(name, any -> new ArrayList<>()).add(setting.value());
                if (setting.key().isReloadable()) {
                    words.reloadable.add(name);
                }
            }
        }
        return words;
    }

    /** What differs, by name. */
    public record Changes(List<String> reloadable, List<String> needingStart) {}

    /** What is written otherwise in newer words. */
    public Changes until(Words newer) {
        var names = new TreeSet<>(values.keySet());
        names.addAll(newer.values.keySet());
        names.removeIf(name -> values.getOrDefault(name, List.of()).equals(newer.values.getOrDefault(name, List.of())));
        var now = new ArrayList<String>();
        var later = new ArrayList<String>();
        for (String name : names) {
            (reloadable.contains(name) || newer.reloadable.contains(name) ? now : later).add(name);
        }
        return new Changes(now, later);
    }
}
