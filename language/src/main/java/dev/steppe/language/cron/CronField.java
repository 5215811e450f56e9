package dev.steppe.language.cron;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One field of a cron expression: what it is called, which numbers it may hold and their names. */
enum CronField {
    SECOND("second", 0, 59, ""),
    MINUTE("minute", 0, 59, ""),
    HOUR("hour", 0, 23, ""),
    DAY_OF_MONTH("day of month", 1, 31, ""),
    MONTH("month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"),
    /** 0 and 7 are Sunday. */
    DAY_OF_WEEK("day of week", 0, 7, "sun mon tue wed thu fri sat"),
    YEAR("year", 1970, 2099, "");

    private final String word;
    private final int first;
    private final int last;
    private final String names;

    CronField(String word, int first, int last, String names) {
        this.word = word;
        this.first = first;
        this.last = last;
        this.names = names;
    }

    static boolean isEverything(String text) {
        return text.equals("*") || text.equals("?");
    }

    /** The numbers that a list of numbers, ranges and steps stands for. */
    BitSet numbers(String text) throws MalformedCronException {
        var found = new BitSet();
        for (String item : text.split(",", -1)) {
            add(item, found);
        }
        return found;
    }

    /** Adds what one item of a list stands for: {@code *}, {@code 5}, {@code 1-5}, each also with a step. */
    void add(String item, BitSet to) throws MalformedCronException {
        int slash = item.indexOf('/');
        String range = slash < 0 ? item : item.substring(0, slash);
        int step = slash < 0 ? 1 : step(item.substring(slash + 1), item);
        int dash = range.indexOf('-');
        int from;
        int through;
        if (isEverything(range)) {
            from = first;
            through = this == DAY_OF_WEEK ? 6 : last;
        } else if (dash > 0) {
            from = number(range.substring(0, dash), item);
            through = number(range.substring(dash + 1), item);
        } else {
            from = number(range, item);
            through = slash < 0 ? from : this == DAY_OF_WEEK ? 6 : last;
        }
        if (from > through) {
            throw wrong(item, "begins after its end");
        }
        for (int number = from; number <= through; number += step) {
            to.set(this == DAY_OF_WEEK ? number % 7 : number);
        }
    }

    private int step(String text, String item) throws MalformedCronException {
        int step = whole(text).orElseThrow(() -> wrong(item, "has no number as its step"));
        if (step < 1) {
            throw wrong(item, "has a step below 1");
        }
        return step;
    }

    /** A number of this field, by digits or name. */
    int number(String text, String item) throws MalformedCronException {
        int named = text.isEmpty() ? -1 : List.of(names.split(" ")).indexOf(text.toLowerCase(Locale.ROOT));
        int number = named >= 0
                ? named + first
                : whole(text).orElseThrow(() -> wrong(item, "is not a number, name, range or step"));
        if (number < first || number > last) {
            throw wrong(item, "must lie between " + first + " and " + last);
        }
        return number;
    }

    private static Optional<Integer> whole(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 4 && text.chars().allMatch(it -> it >= '0' && it <= '9');
        return digits ? Optional.of(Integer.parseInt(text)) : Optional.empty();
    }

    MalformedCronException wrong(String item, String why) {
        return new MalformedCronException("\"" + item + "\" in the field " + word + " " + why);
    }
}
