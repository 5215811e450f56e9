package dev.steppe.model.diff;

import java.util.List;

/** A block before and after. */
public record ObjectDiff(DiffType type, String name, List<FieldDiff> fields, List<ObjectDiff> objects) {}
