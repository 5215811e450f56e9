package dev.steppe.model.diff;

import java.util.List;

/** A task before and after; {@code annotations} say what happens to its running instances. */
public record TaskDiff(
        DiffType type, String name, List<FieldDiff> fields, List<ObjectDiff> objects, List<String> annotations) {}
