package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import dev.steppe.language.pattern.InvalidPatternException;
import dev.steppe.language.pattern.LinearPattern;
import java.util.ArrayList;
import java.util.List;

/** Regular expressions of templates. */
final class GoPattern {
    private final String expression;
    private final LinearPattern pattern;

    private GoPattern(String expression, LinearPattern pattern) {
        this.expression = expression;
        this.pattern = pattern;
    }

    static GoPattern compile(String expression) throws FunctionException {
        try {
            return new GoPattern(expression, LinearPattern.compile(expression));
        } catch (InvalidPatternException wrong) {
            throw refused(expression, wrong);
        }
    }

    private static FunctionException refused(String expression, InvalidPatternException wrong) {
        return new FunctionException("error parsing regexp \"" + expression + "\": " + wrong.reason());
    }

    boolean matches(String text) {
        return pattern.isFoundIn(text);
    }

    private void each(String text, long most, LinearPattern.Taker<FunctionException> taker) throws FunctionException {
        try {
            pattern.each(text, most, taker);
        } catch (InvalidPatternException slow) {
            throw refused(expression, slow);
        }
    }

    String replaceAll(String text, String replacement) throws FunctionException {
        var out = new StringBuilder();
        int[] done = {0};
        each(text, -1, match -> {
            out.append(text, done[0], match.start());
            match.expand(replacement, out);
            Arguments.checkLength(out.length());
            done[0] = match.end();
        });
        out.append(text, done[0], text.length());
        Arguments.checkLength(out.length());
        return out.toString();
    }

    /** The matches, at most so many; below zero all. */
    List<String> findAll(String text, long most) throws FunctionException {
        var found = new ArrayList<String>();
        each(text, most, match -> found.add(match.text()));
        return found;
    }

    /** What lies between matches; at most so many parts, below zero all. */
    List<String> split(String text, long most) throws FunctionException {
        var parts = new ArrayList<String>();
        if (most == 0) {
            return parts;
        }
        if (text.isEmpty()) {
            return expression.isEmpty() ? List.of() : List.of("");
        }
        int[] reached = {0, 0};
        each(text, -1, match -> {
            if (most > 0 && parts.size() == most - 1) {
                return;
            }
            // nothing in front of the text is no part
            if (match.end() > 0) {
                parts.add(text.substring(reached[0], match.start()));
            }
            reached[0] = match.end();
            reached[1] = match.start();
        });
        if (parts.isEmpty() || reached[1] < text.length()) {
            parts.add(text.substring(reached[0]));
        }
        return parts;
    }
}
