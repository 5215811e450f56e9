package dev.steppe.model;

import dev.steppe.model.codec.Scalar;
import java.util.ArrayList;
import java.util.Comparator;

/** Ports and ranges of ports, as in {@code 22,80,8500-8600}; empty for none. */
public record PortRanges(String value) implements Scalar {
    public static final PortRanges NONE = new PortRanges("");

    /** Refuses what is no list of ports from 1 to 65535. */
    public PortRanges {
        try {
            if (!NumberRanges.parse(value).ranges().stream()
                    .allMatch(range -> range.first() >= 1 && range.last() <= Port.VALUE_MAX)) {
                throw new IllegalArgumentException("ports are from 1 to " + Port.VALUE_MAX);
            }
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "\"" + value + "\" must be ports and ranges separated by commas, as in \"22,80,8500-8600\": "
                            + wrong.getMessage(),
                    wrong);
        }
    }

    public boolean contains(int port) {
        return NumberRanges.parse(value).contains(port);
    }

    /** How many of the ports lie between the two, both included; a port named twice counts once. */
    public int countBetween(int first, int last) {
        var ordered = new ArrayList<>(NumberRanges.parse(value).ranges());
        ordered.sort(Comparator.comparingInt(NumberRanges.Range::first));
        int count = 0;
        int next = first;
        for (NumberRanges.Range range : ordered) {
            int from = Math.max(range.first(), next);
            int to = Math.min(range.last(), last);
            count += Math.max(0, to - from + 1);
            next = Math.max(next, to + 1);
        }
        return count;
    }

    /** These and the others. */
    public PortRanges and(PortRanges others) {
        return value.isBlank() || others.value.isBlank()
                ? new PortRanges(value + others.value)
                : new PortRanges(value + "," + others.value);
    }
}
