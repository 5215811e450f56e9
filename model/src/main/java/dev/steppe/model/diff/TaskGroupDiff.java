package dev.steppe.model.diff;

import java.util.List;
import java.util.SortedMap;

/** A group before and after; {@code updates} counts what happens to its instances, by kind. */
public record TaskGroupDiff(
        DiffType type,
        String name,
        List<FieldDiff> fields,
        List<ObjectDiff> objects,
        List<TaskDiff> tasks,
        SortedMap<String, Integer> updates) {}
