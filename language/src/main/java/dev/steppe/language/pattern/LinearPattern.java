package dev.steppe.language.pattern;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;

/**
 * A regular expression in the language of RE2, bounded in size and looked for in time that grows with the text's length only.
 * Immutable.
 */
public final class LinearPattern {
    private static final int LENGTH_MAX = 2_000;
    /** The engine goes down a level for each of them, so they have to fit on a small stack. */
    private static final int STEPS_MAX = 1_000;

    private final Pattern pattern;

    private LinearPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** Reads an expression. What RE2 does not know, such as references back, cannot be read. */
    public static LinearPattern compile(String expression) throws InvalidPatternException {
        if (expression.length() > LENGTH_MAX || new Steps(expression).count() > STEPS_MAX) {
            throw tooLarge();
        }
        try {
            return new LinearPattern(Pattern.compile(expression));
        } catch (StackOverflowError deep) {
            throw tooLarge();
        } catch (PatternSyntaxException wrong) {
            String pattern = wrong.getPattern();
            throw new InvalidPatternException(
                    wrong.getDescription() + (pattern == null || pattern.isEmpty() ? "" : ": " + pattern));
        }
    }

    private static InvalidPatternException tooLarge() {
        return new InvalidPatternException("it is too large: at most " + LENGTH_MAX + " characters, and " + STEPS_MAX
                + " with all repetitions written out, are possible");
    }

    /** Whether it is found somewhere in the text. */
    public boolean isFoundIn(String text) {
        return pattern.matcher(text).find();
    }

    /** Takes matches one after the other. */
    @FunctionalInterface
    public interface Taker<X extends Exception> {
        void take(Match match) throws X;
    }

    /**
     * Hands on the matches in a text, at most so many and below zero all. Nothing is found where a match has just ended. Refused
     * when so many searches of a long text take too long.
     */
    public <X extends Exception> void each(String text, long most, Taker<X> taker) throws X, InvalidPatternException {
        var matcher = pattern.matcher(new WatchedText(text));
        var match = new Match(text, matcher);
        long count = 0;
        int last = -1;
        int from = 0;
        try {
            while (from <= text.length() && (most < 0 || count < most) && matcher.find(from)) {
                boolean empty = matcher.start() == matcher.end();
                boolean again = empty && matcher.end() == last;
                last = matcher.end();
                from = empty ? next(text, last) : last;
                if (!again) {
                    count++;
                    taker.take(match);
                }
            }
        } catch (WatchedText.TooSlow slow) {
            throw new InvalidPatternException("it takes too many steps on this text");
        }
    }

    /** Behind the character there, which may be two {@code char}s. */
    private static int next(String text, int at) {
        return at < text.length() ? text.offsetByCodePoints(at, 1) : at + 1;
    }

    /** Counts what an expression matches one after the other when repetitions like {@code {5}} are written out. */
    private static final class Steps {
        private final String text;
        private final ArrayDeque<Long> outside = new ArrayDeque<>();
        private long before;
        private long last;

        Steps(String text) {
            this.text = text;
        }

        long count() {
            int at = 0;
            while (at < text.length() && before + last <= STEPS_MAX) {
                at = take(at);
            }
            long all = before + last;
            for (long each : outside) {
                all += each;
            }
            return all;
        }

        /** Takes what begins there, and tells where it ends. */
        private int take(int at) {
            switch (text.charAt(at)) {
                case '\\' -> {
                    one();
                    return at + 2;
                }
                case '[' -> {
                    one();
                    return endOfClass(at);
                }
                case '(' -> {
                    outside.push(before + last);
                    before = 0;
                    last = 0;
                }
                case ')' -> {
                    last = before + last + 1;
                    before = outside.isEmpty() ? 0 : outside.pop();
                }
                case '{' -> last *= times(at);
                default -> one();
            }
            return at + 1;
        }

        private void one() {
            before += last;
            last = 1;
        }

        private int endOfClass(int open) {
            int at = open + 1;
            // a bracket that comes first stands for itself
            at += text.startsWith("^", at) ? 1 : 0;
            at += text.startsWith("]", at) ? 1 : 0;
            while (at < text.length() && text.charAt(at) != ']') {
                if (text.startsWith("[:", at) && text.indexOf(":]", at) > 0) {
                    at = text.indexOf(":]", at) + 1;
                } else if (text.charAt(at) == '\\') {
                    at++;
                }
                at++;
            }
            return at + 1;
        }

        /** The greater number of a repetition; 1 where the brace stands for itself. */
        private long times(int open) {
            int close = text.indexOf('}', open);
            long most = 1;
            for (String number :
                    close < 0 ? new String[0] : text.substring(open + 1, close).split(",", -1)) {
                if (!number.matches("[0-9]{0,6}")) {
                    return 1;
                }
                most = Math.max(most, number.isEmpty() ? 1 : Long.parseLong(number));
            }
            return most;
        }
    }
}
