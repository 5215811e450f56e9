package dev.steppe.client.driver;

import java.util.ArrayList;
import java.util.List;

/** Numbers and ranges of them, both ends included, as in {@code 0,10-100}. */
public record NumberRanges(List<Range> ranges) {
    public NumberRanges {
        ranges = List.copyOf(ranges);
    }

    /** From one number to another. */
    public record Range(int first, int last) {}

    public static NumberRanges none() {
        return new NumberRanges(List.of());
    }

    /** Reads the text; what is no number or range is a mistake named in the exception. */
    public static NumberRanges parse(String text) {
        var ranges = new ArrayList<Range>();
        for (String part : text.split(",", -1)) {
            var trimmed = part.strip();
            if (!trimmed.isEmpty()) {
                if (!trimmed.matches("[0-9]{1,9}(-[0-9]{1,9})?")) {
                    throw new IllegalArgumentException("not a number or a range such as 10-100: " + trimmed);
                }
                var ends = trimmed.split("-", 2);
                ranges.add(new Range(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])));
            }
        }
        return new NumberRanges(ranges);
    }

    boolean contains(int number) {
        return ranges.stream().anyMatch(range -> range.first() <= number && number <= range.last());
    }
}
