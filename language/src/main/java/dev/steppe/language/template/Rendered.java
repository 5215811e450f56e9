package dev.steppe.language.template;

import java.util.SequencedSet;

/** What rendering a template gave; {@code used} is what it asked for, in order, and so what a change of makes it differ. */
public sealed interface Rendered {
    SequencedSet<Query> used();

    /** All data was there. */
    record Complete(String text, SequencedSet<Query> used) implements Rendered {}

    /** Some data is not there (yet); nothing is to be written. */
    record Waiting(SequencedSet<Query> missing, SequencedSet<Query> used) implements Rendered {}
}
