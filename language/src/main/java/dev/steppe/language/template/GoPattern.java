package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import dev.steppe.language.function.WatchedText;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions in Go's notation. The time a match takes is bounded. */
final class GoPattern {
    private final Pattern pattern;

    private GoPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    static GoPattern compile(String text) throws FunctionException {
        try {
            return new GoPattern(Pattern.compile(translate(text)));
        } catch (PatternSyntaxException wrong) {
            throw new FunctionException("error parsing regexp \"" + text + "\": " + wrong.getDescription());
        }
    }

    /** Go's notation in Java's: named groups, classes of POSIX, and brackets within brackets. */
    private static String translate(String text) {
        var out = new StringBuilder();
        boolean inClass = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                out.append(c).append(text.charAt(++i));
            } else if (!inClass && text.startsWith("(?P<", i)) {
                out.append("(?<");
                i += 3;
            } else if (inClass && text.startsWith("[:", i) && text.indexOf(":]", i) > 0) {
                int close = text.indexOf(":]", i);
                out.append(posix(text.substring(i + 2, close)));
                i = close + 1;
            } else if (inClass && c == '[') {
                out.append("\\[");
            } else if (inClass && text.startsWith("&&", i)) {
                out.append("&\\&");
                i++;
            } else {
                boolean opens = !inClass && c == '[';
                inClass = opens || inClass && c != ']';
                out.append(c);
                if (opens && text.startsWith("^", i + 1)) {
                    out.append('^');
                    i++;
                }
                if (opens && text.startsWith("]", i + 1)) {
                    out.append("\\]");
                    i++;
                }
            }
        }
        return out.toString();
    }

    private static String posix(String name) {
        boolean negated = name.startsWith("^");
        String word = negated ? name.substring(1) : name;
        String java = switch (word) {
            case "word" -> "w";
            case "xdigit" -> "p{XDigit}";
            default -> "p{" + (word.isEmpty() ? "" : Character.toUpperCase(word.charAt(0)) + word.substring(1)) + "}";
        };
        return "\\" + (negated ? java.replaceFirst("^p", "P").replaceFirst("^w", "W") : java);
    }

    private <T> T bounded(java.util.function.Supplier<T> work) throws FunctionException {
        try {
            return work.get();
        } catch (WatchedText.TooSlow | StackOverflowError slow) {
            throw new FunctionException("the regular expression takes too many steps on this text");
        }
    }

    Matcher matcher(String text) {
        return pattern.matcher(new WatchedText(text));
    }

    boolean matches(String text) throws FunctionException {
        return bounded(() -> matcher(text).find());
    }

    String replaceAll(String text, String replacement) throws FunctionException {
        String result = bounded(() -> {
            var out = new StringBuilder();
            var matcher = matcher(text);
            int done = 0;
            int last = -1;
            while (matcher.find()) {
                // nothing is found a second time where a match has just ended
                if (matcher.start() == matcher.end() && matcher.end() == last) {
                    continue;
                }
                out.append(text, done, matcher.start());
                expand(matcher, replacement, out);
                done = matcher.end();
                last = done;
            }
            return out.append(text.substring(done)).toString();
        });
        Arguments.checkLength(result.length());
        return result;
    }

    /** The matches, at most so many; below zero all. */
    java.util.List<String> findAll(String text, long most) throws FunctionException {
        return bounded(() -> {
            var found = new java.util.ArrayList<String>();
            var matcher = matcher(text);
            while ((most < 0 || found.size() < most) && matcher.find()) {
                found.add(matcher.group());
            }
            return found;
        });
    }

    /** What lies between matches; at most so many parts, below zero all. */
    java.util.List<String> split(String text, long most) throws FunctionException {
        return bounded(() -> {
            var parts = new java.util.ArrayList<String>();
            var matcher = matcher(text);
            int start = 0;
            while ((most < 0 || parts.size() < most - 1) && matcher.find()) {
                if (matcher.end() == 0 || matcher.start() == text.length() && matcher.end() == matcher.start()) {
                    continue;
                }
                parts.add(text.substring(start, matcher.start()));
                start = matcher.end();
            }
            parts.add(text.substring(start));
            return parts;
        });
    }

    /** Writes a replacement: {@code $name} reaches as far as letters, digits and underscores do. */
    private static void expand(Matcher matcher, String replacement, StringBuilder out) {
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
            while (end < replacement.length()
                    && (Character.isLetterOrDigit(replacement.charAt(end)) || replacement.charAt(end) == '_')) {
                end++;
            }
            boolean closed = !braces || replacement.startsWith("}", end);
            if (end == start || !closed) {
                out.append('$');
                continue;
            }
            group(matcher, replacement.substring(start, end)).ifPresent(out::append);
            i = braces ? end + 1 : end;
        }
    }

    private static Optional<String> group(Matcher matcher, String name) {
        var number = Numbers.whole(name, 10);
        if (number.isPresent()) {
            boolean there = number.get() <= matcher.groupCount();
            return there ? Optional.ofNullable(matcher.group(number.get().intValue())) : Optional.empty();
        }
        boolean there = matcher.namedGroups().containsKey(name);
        return there ? Optional.ofNullable(matcher.group(name)) : Optional.empty();
    }
}
