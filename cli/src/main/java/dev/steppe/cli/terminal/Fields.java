package dev.steppe.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** A block of keys and values, the equals signs below each other, {@code <none>} where a value is empty. One thread. */
public final class Fields {
    private final List<String> keys = new ArrayList<>();
    private final List<String> values = new ArrayList<>();

    public Fields put(String key, String value) {
        keys.add(key);
        values.add(value.isEmpty() ? Table.EMPTY : value);
        return this;
    }

    public Fields put(String key, long value) {
        return put(key, Long.toString(value));
    }

    public Fields put(String key, boolean value) {
        return put(key, Boolean.toString(value));
    }

    /** Adds the line only if it says something. */
    public Fields putIf(boolean wanted, String key, String value) {
        return wanted ? put(key, value) : this;
    }

    /** The lines of the block, without a line end after the last. */
    public String render() {
        var width = 0;
        for (var key : keys) {
            width = Math.max(width, Table.width(key));
        }
        var built = new StringBuilder();
        for (var i = 0; i < keys.size(); i++) {
            if (i > 0) {
                built.append('\n');
            }
            var key = keys.get(i);
            built.append(key)
                    .append(" ".repeat(width - Table.width(key)))
                    .append(" = ")
                    .append(values.get(i));
        }
        return built.toString();
    }
}
