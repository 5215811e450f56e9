package dev.steppe.model;

import java.util.ArrayList;
import java.util.List;

/** Numbers and ranges of them, both ends included, as in {@code 0,10-100}. */
public record NumberRanges(List<Range> ranges) {
    public NumberRanges {
        ranges = List.copyOf(ranges);
    }

    /** From one number to another that is not smaller. */
    public record Range(int first, int last) {}

    public static NumberRanges none() {
        return new NumberRanges(List.of());
    }

    /** Reads the text, blank for none; what is no number or range is a mistake named in the exception. */
    public static NumberRanges parse(String text) {
        var ranges = new ArrayList<Range>();
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            var trimmed = part.strip();
            var ends = trimmed.split("-", 2);
            var range = trimmed.matches("[0-9]{1,9}(-[0-9]{1,9})?")
                    ? new Range(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]))
                    : new Range(1, 0);
            if (range.first() > range.last()) {
                throw new IllegalArgumentException("not a number or a range such as 10-100: \"" + trimmed + "\"");
            }
            ranges.add(range);
        }
        return new NumberRanges(ranges);
    }

    public boolean contains(int number) {
        return ranges.stream().anyMatch(range -> range.first() <= number && number <= range.last());
    }
}
