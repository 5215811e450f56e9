package dev.steppe.model;

import dev.steppe.model.codec.Scalar;
import java.util.ArrayList;
import java.util.List;

/** Ports and ranges of ports, as in {@code 22,80,8500-8600}; empty for none. */
public record PortRanges(String value) implements Scalar {
    public static final PortRanges NONE = new PortRanges("");

    private record Range(int first, int last) {
        boolean contains(int port) {
            return first <= port && port <= last;
        }
    }

    /** Refuses what is no list of ports from 1 to 65535. */
    public PortRanges {
        parse(value);
    }

    private static List<Range> parse(String value) {
        var ranges = new ArrayList<Range>();
        for (String part : value.isBlank() ? new String[0] : value.split(",", -1)) {
            String[] ends = part.strip().split("-", 2);
            try {
                var range = new Range(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
                if (range.first < 1 || range.first > range.last || range.last > Port.VALUE_MAX) {
                    throw new NumberFormatException("out of range");
                }
                ranges.add(range);
            } catch (NumberFormatException wrong) {
                throw new IllegalArgumentException(
                        "\"" + value + "\" must be ports and ranges separated by commas, as in \"22,80,8500-8600\"; \""
                                + part.strip() + "\" is neither",
                        wrong);
            }
        }
        return ranges;
    }

    public boolean contains(int port) {
        return parse(value).stream().anyMatch(range -> range.contains(port));
    }

    /** How many of the ports lie between the two, both included; a port named twice counts once. */
    public int countBetween(int first, int last) {
        var ranges = parse(value);
        int count = 0;
        for (int port = first; !ranges.isEmpty() && port <= last; port++) {
            int candidate = port;
            count += ranges.stream().anyMatch(range -> range.contains(candidate)) ? 1 : 0;
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
