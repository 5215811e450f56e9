package dev.steppe.model.data;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The content of a variable in clear. Secret: it is on its way to who may read it, and kept nowhere. */
public record VariableItems(SortedMap<String, String> values) {
    public VariableItems {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    @Override
    public String toString() {
        return "VariableItems(" + values.size() + " hidden)";
    }
}
