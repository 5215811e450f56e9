package dev.steppe.language.function;

import dev.steppe.language.pattern.InvalidPatternException;
import dev.steppe.language.pattern.LinearPattern;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Functions on texts; positions and lengths count characters, not bytes. */
final class TextFunctions {
    private TextFunctions() {}

    static void define(Definitions definitions) {
        definitions.add("lower", 1, arguments -> Value.of(arguments.text(0).toLowerCase(Locale.ROOT)));
        definitions.add("upper", 1, arguments -> Value.of(arguments.text(0).toUpperCase(Locale.ROOT)));
        definitions.add("title", 1, arguments -> Value.of(title(arguments.text(0))));
        definitions.add("strlen", 1, arguments -> {
            String text = arguments.text(0);
            return Value.of(text.codePointCount(0, text.length()));
        });
        definitions.add(
                "strrev",
                1,
                arguments ->
                        Value.of(new StringBuilder(arguments.text(0)).reverse().toString()));
        definitions.add("chomp", 1, arguments -> Value.of(trimEnd(arguments.text(0), "\r\n")));
        definitions.add("trimspace", 1, arguments -> Value.of(arguments.text(0).strip()));
        definitions.add("trim", 2, arguments -> {
            String set = arguments.text(1);
            return Value.of(trimStart(trimEnd(arguments.text(0), set), set));
        });
        definitions.add("trimprefix", 2, arguments -> {
            String text = arguments.text(0);
            String prefix = arguments.text(1);
            return Value.of(text.startsWith(prefix) ? text.substring(prefix.length()) : text);
        });
        definitions.add("trimsuffix", 2, arguments -> {
            String text = arguments.text(0);
            String suffix = arguments.text(1);
            return Value.of(text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text);
        });
        definitions.add("substr", 3, TextFunctions::part);
        definitions.add("join", 2, Definitions.ANY, TextFunctions::join);
        definitions.add("split", 2, arguments -> Value.texts(split(arguments.text(0), arguments.text(1))));
        definitions.add("indent", 2, TextFunctions::indent);
        definitions.add("replace", 3, arguments -> replace(arguments.text(0), arguments.text(1), arguments.text(2)));
        definitions.add("regex_replace", 3, TextFunctions::replacePattern);
        definitions.add(
                "format",
                1,
                Definitions.ANY,
                arguments -> Value.of(
                        new TextFormat(arguments.text(0)).apply(arguments.all().subList(1, arguments.count()))));
        definitions.add("formatlist", 1, Definitions.ANY, TextFunctions::formatList);
    }

    private static String title(String text) {
        StringBuilder result = new StringBuilder(text);
        boolean wordStart = true;
        for (int i = 0; i < result.length(); i++) {
            char c = result.charAt(i);
            if (wordStart && Character.isLetter(c)) {
                result.setCharAt(i, Character.toTitleCase(c));
            }
            wordStart = !Character.isLetterOrDigit(c) && c != '_';
        }
        return result.toString();
    }

    private static String trimStart(String text, String set) {
        int start = 0;
        while (start < text.length() && set.indexOf(text.codePointAt(start)) >= 0) {
            start += Character.charCount(text.codePointAt(start));
        }
        return text.substring(start);
    }

    private static String trimEnd(String text, String set) {
        int end = text.length();
        while (end > 0 && set.indexOf(text.codePointBefore(end)) >= 0) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(0, end);
    }

    private static Value part(Arguments arguments) throws FunctionException {
        String text = arguments.text(0);
        int length = text.codePointCount(0, text.length());
        int start = arguments.integer(1);
        start = Math.clamp(start < 0 ? start + length : start, 0, length);
        int count = arguments.integer(2);
        int end = count < 0 ? length : Math.min(length, start + count);
        return Value.of(
                text.substring(text.offsetByCodePoints(0, start), text.offsetByCodePoints(0, Math.max(start, end))));
    }

    private static Value join(Arguments arguments) throws FunctionException {
        String separator = arguments.text(0);
        StringBuilder joined = new StringBuilder();
        boolean first = true;
        for (int i = 1; i < arguments.count(); i++) {
            for (String text : arguments.texts(i)) {
                joined.append(first ? "" : separator).append(text);
                Arguments.checkLength(joined.length());
                first = false;
            }
        }
        return Value.of(joined.toString());
    }

    private static List<String> split(String separator, String text) {
        List<String> parts = new ArrayList<>();
        if (separator.isEmpty()) {
            text.codePoints().forEach(c -> parts.add(Character.toString(c)));
            return parts;
        }
        int start = 0;
        for (int end = text.indexOf(separator); end >= 0; end = text.indexOf(separator, start)) {
            parts.add(text.substring(start, end));
            start = end + separator.length();
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static Value indent(Arguments arguments) throws FunctionException {
        int blanks = arguments.integer(0);
        if (blanks < 0) {
            throw new FunctionException("the indentation must not be negative");
        }
        Arguments.checkLength(blanks);
        return replace(arguments.text(1), "\n", "\n" + " ".repeat(blanks));
    }

    private static Value replace(String text, String search, String replacement) throws FunctionException {
        List<String> parts = search.isEmpty() ? List.of(text) : split(search, text);
        Arguments.checkLength(text.length() + (parts.size() - 1L) * replacement.length());
        return Value.of(String.join(replacement, parts));
    }

    private static Value replacePattern(Arguments arguments) throws FunctionException {
        String text = arguments.text(0);
        String replacement = arguments.text(2);
        StringBuilder result = new StringBuilder();
        int[] done = {0};
        try {
            LinearPattern.compile(arguments.text(1)).<FunctionException>each(text, -1, match -> {
                result.append(text, done[0], match.start());
                match.expand(replacement, result);
                done[0] = match.end();
                Arguments.checkLength(result.length());
            });
        } catch (InvalidPatternException wrong) {
            throw new FunctionException("argument 2 is not a regular expression: " + wrong.reason());
        }
        return Arguments.bounded(result.append(text, done[0], text.length()));
    }

    private static Value formatList(Arguments arguments) throws FunctionException {
        int length = -1;
        for (int i = 1; i < arguments.count(); i++) {
            if (arguments.value(i) instanceof Value.Sequence(List<Value> elements)) {
                if (length >= 0 && length != elements.size()) {
                    throw new FunctionException("the lists have different lengths");
                }
                length = elements.size();
            }
        }
        TextFormat format = new TextFormat(arguments.text(0));
        List<String> results = new ArrayList<>();
        long total = 0;
        for (int row = 0; row < (length < 0 ? 1 : length); row++) {
            List<Value> values = new ArrayList<>();
            for (int i = 1; i < arguments.count(); i++) {
                values.add(
                        arguments.value(i) instanceof Value.Sequence(List<Value> elements)
                                ? elements.get(row)
                                : arguments.value(i));
            }
            results.add(format.apply(values));
            total += results.getLast().length();
            Arguments.checkLength(total);
        }
        return Value.texts(results);
    }
}
