package dev.steppe.model;

import java.util.SortedMap;

/**
 * A job as its author wrote it: the text, its {@code format} ({@code hcl2} or {@code json}), the variables given one by
 * one, and the text of variable files.
 */
public record Submission(String source, String format, SortedMap<String, String> variableFlags, String variables) {
    /** Longer ones are not kept. */
    public static final int CHARACTERS_MAX = 1_000_000;

    /** How much there is of it. */
    public int characters() {
        int flags = 0;
        for (var flag : variableFlags.entrySet()) {
            flags += flag.getKey().length() + flag.getValue().length();
        }
        return source.length() + variables.length() + flags;
    }
}
