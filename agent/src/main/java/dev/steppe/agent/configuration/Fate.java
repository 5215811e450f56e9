package dev.steppe.agent.configuration;

import java.util.Locale;

/** What becomes of a key that somebody wrote. */
enum Fate {
    /** It has its effect. */
    WORKS("works"),
    /** What it asks for is the case anyway, or is not needed here. A notice says why. */
    MET("met by construction"),
    /** It has no effect yet, and nothing is less safe without. A notice says so. */
    ACCEPTED("no effect yet"),
    /** It has no effect yet, and an agent without it is not what was asked for: refused at start. */
    LATER("not yet"),
    /** It will have no effect. */
    NEVER("never");

    private final String word;

    Fate(String word) {
        this.word = word;
    }

    /** How the reference calls it. */
    String word() {
        return word;
    }

    static Fate of(String written) {
        return valueOf(written.toUpperCase(Locale.ROOT));
    }
}
