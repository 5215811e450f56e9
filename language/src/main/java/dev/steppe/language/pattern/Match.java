package dev.steppe.language.pattern;

import com.google.re2j.Matcher;
import java.util.Optional;

/** Where an expression was found in a text. Only good until the next one is looked for. */
public final class Match {
    private static final int GROUP_DIGITS_MAX = 4;

    private final String text;
    private final Matcher matcher;

    Match(String text, Matcher matcher) {
        this.text = text;
        this.matcher = matcher;
    }

    public int start() {
        return matcher.start();
    }

    public int end() {
        return matcher.end();
    }

    /** The part of the text. */
    public String text() {
        return text.substring(start(), end());
    }

    /**
     * Writes a replacement: {@code $1}, {@code $name} and {@code ${name}} are groups, empty when there is none; a name reaches
     * as far as letters, digits and underscores do, and {@code $$} is a dollar.
     */
    public void expand(String replacement, StringBuilder out) {
        int i = 0;
        while (i < replacement.length()) {
            char c = replacement.charAt(i++);
            if (c != '$') {
                out.append(c);
                continue;
            }
            if (replacement.startsWith("$", i)) {
                out.append('$');
                i++;
                continue;
            }
            boolean braces = replacement.startsWith("{", i);
            int start = braces ? i + 1 : i;
            int end = start;
            while (end < replacement.length() && isWord(replacement.charAt(end))) {
                end++;
            }
            if (end == start || braces && !replacement.startsWith("}", end)) {
                out.append('$');
                continue;
            }
            group(replacement.substring(start, end)).ifPresent(out::append);
            i = braces ? end + 1 : end;
        }
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    private Optional<String> group(String name) {
        boolean number = name.length() <= GROUP_DIGITS_MAX && name.chars().allMatch(c -> c >= '0' && c <= '9');
        int group = number
                ? Integer.parseInt(name)
                : matcher.pattern().namedGroups().getOrDefault(name, Integer.MAX_VALUE);
        return group > matcher.groupCount() || matcher.start(group) < 0
                ? Optional.empty()
                : Optional.of(text.substring(matcher.start(group), matcher.end(group)));
    }
}
