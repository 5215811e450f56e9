package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;

/** Sprig's functions that lay texts out: cut at both ends, and broken into lines. */
final class SprigLines {
    private static final String DOTS = "...";

    private SprigLines() {}

    static void define(FunctionSet.Group group) {
        group.add("sprig_hello", "", "Hello!", it -> Datum.of("Hello!"))
                .add("sprig_camelcase", "TEXT", "WordsLikeThis", it -> Datum.of(joined(it.text(0))))
                .add(
                        "sprig_abbrevboth",
                        "FROM LENGTH TEXT",
                        "cut at both ends, with ... where something is missing",
                        SprigLines::abbreviate)
                .add(
                        "sprig_wrap",
                        "WIDTH TEXT",
                        "in lines of this width, broken at blanks",
                        it -> Datum.of(wrap(it.text(1), it.whole(0), "\n", false)))
                .add(
                        "sprig_wrapWith",
                        "WIDTH LINE_END TEXT",
                        "the same with another line end; longer words are broken",
                        it -> Datum.of(wrap(it.text(2), it.whole(0), it.text(1), true)));
    }

    /** A word begins with one capital; of what stands between two words the last dash, underscore or blank goes. */
    private static String joined(String text) {
        int[] letters = text.codePoints().toArray();
        var out = new StringBuilder();
        boolean within = false;
        boolean capitals = false;
        boolean leading = true;
        for (int i = 0; i < letters.length; i++) {
            int c = letters[i];
            if (isBetween(c)) {
                boolean last = i + 1 < letters.length && !isBetween(letters[i + 1]);
                out.append(!leading && last ? "" : Character.toString(c));
                within = false;
                continue;
            }
            boolean upper = Character.isUpperCase(c);
            capitals = upper && (!within || capitals);
            out.appendCodePoint(!within ? Character.toTitleCase(c) : capitals ? Character.toLowerCase(c) : c);
            within = true;
            leading = false;
        }
        return out.toString();
    }

    private static boolean isBetween(int c) {
        return c == '_' || c == '-' || Character.isWhitespace(c);
    }

    private static Datum abbreviate(Arguments arguments) throws FunctionException {
        String text = arguments.text(2);
        long left = arguments.whole(0);
        long length = arguments.whole(1);
        if (length < 4 || left > 0 && length < 7 || text.length() <= length) {
            return Datum.of(text);
        }
        long from = Math.clamp(left, 0, text.length());
        if (text.length() - from < length - DOTS.length()) {
            from = text.length() - (length - DOTS.length());
        }
        // with four characters or fewer left out, the dots would be no shorter
        if (from <= 4) {
            return Datum.of(text.substring(0, SprigTexts.boundary(text, (int) length - DOTS.length())) + DOTS);
        }
        String rest = text.substring(SprigTexts.boundary(text, (int) from));
        boolean cut = from + length - DOTS.length() < text.length();
        return Datum.of(DOTS
                + (cut
                        ? rest.substring(0, SprigTexts.boundary(rest, (int) length - 2 * DOTS.length())) + DOTS
                        : text.substring(SprigTexts.boundary(text, text.length() - ((int) length - DOTS.length())))));
    }

    private static String wrap(String text, long width, String lineEnd, boolean breakWords) throws FunctionException {
        int most = Math.clamp(width, 1, Integer.MAX_VALUE - 1);
        String end = lineEnd.isEmpty() ? "\n" : lineEnd;
        var out = new StringBuilder();
        int start = 0;
        while (text.length() - start > most) {
            Arguments.checkLength(out.length());
            if (text.charAt(start) == ' ') {
                start++;
                continue;
            }
            int blank = lastBlank(text, start, start + most);
            if (blank < start && !breakWords) {
                blank = text.indexOf(' ', start + most);
                if (blank < 0) {
                    break;
                }
            }
            int stop = blank < start ? endOfLine(text, start, start + most) : blank;
            out.append(text, start, stop).append(end);
            start = blank < start ? stop : blank + 1;
        }
        return out.append(text.substring(start)).toString();
    }

    /** A line has at least one whole character. */
    private static int endOfLine(String text, int start, int end) {
        int boundary = SprigTexts.boundary(text, end);
        return boundary > start ? boundary : end + 1;
    }

    /** Before the first place where there is none; it looks no further, as words may be long. */
    private static int lastBlank(String text, int first, int last) {
        int at = last;
        while (at >= first && text.charAt(at) != ' ') {
            at--;
        }
        return at;
    }
}
