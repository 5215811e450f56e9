package dev.steppe.language.filter;

import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A condition in the language that both products use to choose from lists, ready to be asked of many things. What has no value
 * meets negations only. Immutable.
 */
public final class Filter {
    private final Condition condition;
    private final SortedSet<String> fields;

    private Filter(Condition condition, SortedSet<String> fields) {
        this.condition = condition;
        this.fields = Collections.unmodifiableSortedSet(fields);
    }

    /** Reads a filter. The time it takes for a thing afterwards is bounded by both lengths. */
    public static Filter parse(String text) throws InvalidFilterException {
        var parser = new FilterParser(new FilterTokens(text));
        var condition = parser.parse();
        return new Filter(condition, new TreeSet<>(parser.fields()));
    }

    /** The fields of a thing that it asks about, by the first part of their names. */
    public SortedSet<String> fields() {
        return fields;
    }

    /**
     * Whether a thing meets it, given as its JSON reads: maps, lists, texts, numbers and truths.
     *
     * @throws InvalidFilterException when it asks of a field what its kind of value does not answer
     */
    public boolean holds(Map<?, ?> thing) throws InvalidFilterException {
        return condition.holds(thing);
    }
}
