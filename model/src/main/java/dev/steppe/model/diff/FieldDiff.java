package dev.steppe.model.diff;

import dev.steppe.model.codec.Json;
import java.util.List;
import java.util.Optional;

/** A simple value before and after, as people write it; {@code annotations} say what the change leads to. */
public record FieldDiff(
        DiffType type,
        String name,
        @Json("Old") String before,
        @Json("New") String after,
        List<String> annotations) {

    /** The difference of two texts, of which the empty one means absent. */
    static FieldDiff of(String name, String before, String after) {
        DiffType type;
        if (before.equals(after)) {
            type = DiffType.NONE;
        } else if (before.isEmpty()) {
            type = DiffType.ADDED;
        } else {
            type = after.isEmpty() ? DiffType.DELETED : DiffType.EDITED;
        }
        return new FieldDiff(type, name, before, after, List.of());
    }

    /** The difference of two values that may be absent; an empty text is not the same as none. */
    static FieldDiff of(String name, Optional<String> before, Optional<String> after) {
        var diff = of(name, before.orElse(""), after.orElse(""));
        if (diff.type != DiffType.NONE || before.isPresent() == after.isPresent()) {
            return diff;
        }
        return new FieldDiff(before.isPresent() ? DiffType.DELETED : DiffType.ADDED, name, "", "", List.of());
    }

    /** The same difference with what it leads to. */
    public FieldDiff annotated(List<String> notes) {
        return new FieldDiff(type, name, before, after, notes);
    }
}
