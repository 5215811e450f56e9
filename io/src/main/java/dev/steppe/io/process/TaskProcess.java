package dev.steppe.io.process;

import dev.steppe.io.linux.ProcessIdentity;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that is needed to find a launched task again: its reaper, the task itself, where the exit status appears, and its
 * control groups. Kept by the caller as text.
 */
public record TaskProcess(ProcessIdentity reaper, ProcessIdentity task, Path stateDirectory, TaskCgroup cgroup) {

    /** Key and value texts for {@link #parse}. */
    public SortedMap<String, String> values() {
        var values = new TreeMap<String, String>();
        values.put("reaper", reaper.text());
        values.put("task", task.text());
        values.put("state", stateDirectory.toString());
        values.put(
                "cgroups",
                String.join(
                        ":", cgroup.directories().stream().map(Path::toString).toList()));
        return values;
    }

    /** Reads what {@link #values} gave. */
    public static TaskProcess parse(SortedMap<String, String> values) {
        return new TaskProcess(
                ProcessIdentity.parse(required(values, "reaper")),
                ProcessIdentity.parse(required(values, "task")),
                Path.of(required(values, "state")),
                parseCgroups(required(values, "cgroups")));
    }

    static TaskCgroup parseCgroups(String text) {
        return new TaskCgroup(
                text.isEmpty()
                        ? List.of()
                        : Arrays.stream(text.split(":")).map(Path::of).toList());
    }

    private static String required(SortedMap<String, String> values, String key) {
        var value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("task handle has no " + key + ": " + values.keySet());
        }
        return value;
    }
}
