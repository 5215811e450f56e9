package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Functions on texts. The text itself comes last, so that it can be piped. */
final class TextFunctions {
    private TextFunctions() {}

    static void define(FunctionSet.Group group) {
        words(group);
        patterns(group);
        encodings(group);
    }

    private static void words(FunctionSet.Group group) {
        group.add(
                        "toLower",
                        "TEXT",
                        "in small letters",
                        it -> Datum.of(it.text(0).toLowerCase(Locale.ROOT)))
                .add("toUpper", "TEXT", "in capitals", it -> Datum.of(it.text(0).toUpperCase(Locale.ROOT)))
                .add("toTitle", "TEXT", "each word with a capital", it -> Datum.of(title(it.text(0))))
                .add(
                        "trim",
                        "CHARACTERS TEXT",
                        "without these characters at both ends",
                        it -> Datum.of(trimEnd(trimStart(it.text(1), it.text(0)), it.text(0))))
                .add(
                        "trimPrefix",
                        "PREFIX TEXT",
                        "without the prefix",
                        it -> Datum.of(
                                it.text(1).startsWith(it.text(0))
                                        ? it.text(1).substring(it.text(0).length())
                                        : it.text(1)))
                .add("trimSuffix", "SUFFIX TEXT", "without the suffix", it -> Datum.of(withoutSuffix(it)))
                .add(
                        "trimSpace",
                        "TEXT",
                        "without blanks at both ends",
                        it -> Datum.of(it.text(0).strip()))
                .add(
                        "replaceAll",
                        "FROM TO TEXT",
                        "with each FROM replaced",
                        it -> Datum.of(replace(it.text(2), it.text(0), it.text(1))));
    }

    private static void patterns(FunctionSet.Group group) {
        group.add(
                        "regexMatch",
                        "PATTERN TEXT",
                        "whether the regular expression matches somewhere",
                        it -> Datum.of(GoPattern.compile(it.text(0)).matches(it.text(1))))
                .add(
                        "regexReplaceAll",
                        "PATTERN REPLACEMENT TEXT",
                        "with each match replaced; $1 is a group",
                        it -> Datum.of(GoPattern.compile(it.text(0)).replaceAll(it.text(2), it.text(1))))
                .add(
                        "split",
                        "SEPARATOR TEXT",
                        "the parts of a text",
                        it -> Datum.texts(
                                it.text(1).isBlank()
                                        ? List.of()
                                        : split(it.text(1).strip(), it.text(0))))
                .add(
                        "splitToMap",
                        "SEPARATOR PAIR_SEPARATOR TEXT",
                        "a map of texts from \"a:1,b:2\"",
                        TextFunctions::splitToMap)
                .add(
                        "join",
                        "SEPARATOR LIST",
                        "the texts of a list in one",
                        it -> Datum.of(String.join(it.text(0), it.texts(1))))
                .add("indent", "BLANKS TEXT", "with each line moved to the right", TextFunctions::indent);
    }

    private static void encodings(FunctionSet.Group group) {
        group.add("base64Encode", "TEXT", "in Base64", it -> Datum.of(Base64s.encode(it.text(0), false)))
                .add("base64Decode", "TEXT", "from Base64", it -> Datum.of(Base64s.decode(it.text(0), false)))
                .add("base64URLEncode", "TEXT", "in Base64 for URLs", it -> Datum.of(Base64s.encode(it.text(0), true)))
                .add(
                        "base64URLDecode",
                        "TEXT",
                        "from Base64 for URLs",
                        it -> Datum.of(Base64s.decode(it.text(0), true)))
                .add("md5sum", "TEXT", "the MD5 hash", it -> hash("MD5", it))
                .add("sha1Hex", "TEXT", "the SHA-1 hash", it -> hash("SHA-1", it))
                .add("sha256Hex", "TEXT", "the SHA-256 hash", it -> hash("SHA-256", it))
                .add(
                        "hmacSHA256Hex",
                        "TEXT KEY",
                        "the keyed SHA-256 hash",
                        it -> Datum.of(Hashes.keyed(bytes(it.text(0)), bytes(it.text(1)))));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Datum hash(String algorithm, Arguments arguments) throws FunctionException {
        return Datum.of(Hashes.hex(algorithm, bytes(arguments.text(0))));
    }

    static String title(String text) {
        var result = new StringBuilder(text);
        boolean wordStart = true;
        for (int i = 0; i < result.length(); i++) {
            char c = result.charAt(i);
            if (wordStart) {
                result.setCharAt(i, Character.toTitleCase(c));
            }
            wordStart = !Character.isLetterOrDigit(c) && c != '_' && c != '\'';
        }
        return result.toString();
    }

    static String trimStart(String text, String set) {
        int start = 0;
        while (start < text.length() && set.indexOf(text.codePointAt(start)) >= 0) {
            start += Character.charCount(text.codePointAt(start));
        }
        return text.substring(start);
    }

    static String trimEnd(String text, String set) {
        int end = text.length();
        while (end > 0 && set.indexOf(text.codePointBefore(end)) >= 0) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(0, end);
    }

    private static String withoutSuffix(Arguments arguments) throws FunctionException {
        String text = arguments.text(1);
        String suffix = arguments.text(0);
        return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
    }

    static String replace(String text, String from, String to) throws FunctionException {
        long occurrences = from.isEmpty() ? text.length() + 1L : text.length() / from.length();
        Arguments.checkLength(text.length() + occurrences * to.length());
        return text.replace(from, to);
    }

    /** The parts between separators; without a separator the characters. */
    static List<String> split(String text, String separator) {
        var parts = new ArrayList<String>();
        if (separator.isEmpty()) {
            text.codePoints().forEach(c -> parts.add(Character.toString(c)));
            return parts;
        }
        int start = 0;
        int found = text.indexOf(separator);
        while (found >= 0) {
            parts.add(text.substring(start, found));
            start = found + separator.length();
            found = text.indexOf(separator, start);
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static Datum splitToMap(Arguments arguments) throws FunctionException {
        var map = new java.util.TreeMap<String, String>();
        if (arguments.text(2).isBlank()) {
            return Datum.textTable(map);
        }
        for (String pair : split(arguments.text(2).strip(), arguments.text(0))) {
            var parts = split(pair, arguments.text(1));
            if (parts.size() > 1) {
                map.put(parts.getFirst(), String.join(arguments.text(1), parts.subList(1, parts.size())));
            }
        }
        return Datum.textTable(map);
    }

    private static Datum indent(Arguments arguments) throws FunctionException {
        return Datum.of(indent(arguments.text(1), arguments.whole(0), false));
    }

    static String indent(String text, long blanks, boolean emptyLines) throws FunctionException {
        long lines = text.chars().filter(c -> c == '\n').count() + 1;
        if (blanks < 0) {
            throw new FunctionException("the number of blanks is below zero");
        }
        Arguments.checkLength(blanks);
        Arguments.checkLength(text.length() + blanks * lines);
        String prefix = " ".repeat((int) blanks);
        var out = new StringBuilder();
        for (String line : text.split("(?<=\n)", -1)) {
            boolean empty = line.isEmpty() || line.equals("\n");
            out.append(empty && !emptyLines ? "" : prefix).append(line);
        }
        return out.toString();
    }
}
