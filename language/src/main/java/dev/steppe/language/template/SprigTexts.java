package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** Sprig's functions on texts. */
final class SprigTexts {
    private SprigTexts() {}

    static void define(FunctionSet.Group group) {
        trims(group);
        searches(group);
        shapes(group);
        joins(group);
        patterns(group);
    }

    private static void trims(FunctionSet.Group group) {
        group.add(
                        "sprig_upper",
                        "TEXT",
                        "in capitals",
                        it -> Datum.of(it.text(0).toUpperCase(Locale.ROOT)))
                .add(
                        "sprig_lower",
                        "TEXT",
                        "in small letters",
                        it -> Datum.of(it.text(0).toLowerCase(Locale.ROOT)))
                .add("sprig_title", "TEXT", "each word with a capital", it -> Datum.of(title(it.text(0))))
                .add("sprig_untitle", "TEXT", "each word without a capital", it -> Datum.of(untitle(it.text(0))))
                .add("sprig_swapcase", "TEXT", "capitals and small letters exchanged", it -> Datum.of(swap(it.text(0))))
                .add(
                        "sprig_trim",
                        "TEXT",
                        "without blanks at both ends",
                        it -> Datum.of(it.text(0).strip()))
                .add(
                        "sprig_trimAll",
                        "CHARACTERS TEXT",
                        "without these characters at both ends",
                        it -> Datum.of(trim(it.text(1), it.text(0))))
                .add("sprig_trimall", "CHARACTERS TEXT", "the same", it -> Datum.of(trim(it.text(1), it.text(0))))
                .add(
                        "sprig_trimPrefix",
                        "PREFIX TEXT",
                        "without the prefix",
                        it -> Datum.of(
                                it.text(1).startsWith(it.text(0))
                                        ? it.text(1).substring(it.text(0).length())
                                        : it.text(1)))
                .add(
                        "sprig_trimSuffix",
                        "SUFFIX TEXT",
                        "without the suffix",
                        it -> Datum.of(
                                it.text(1).endsWith(it.text(0))
                                        ? it.text(1)
                                                .substring(
                                                        0,
                                                        it.text(1).length()
                                                                - it.text(0).length())
                                        : it.text(1)))
                .add(
                        "sprig_nospace",
                        "TEXT",
                        "without any blanks",
                        it -> Datum.of(it.text(0).replaceAll("\\s", "")));
    }

    private static void searches(FunctionSet.Group group) {
        group.add(
                        "sprig_contains",
                        "PART TEXT",
                        "whether the part is in the text",
                        it -> Datum.of(it.text(1).contains(it.text(0))))
                .add(
                        "sprig_hasPrefix",
                        "PREFIX TEXT",
                        "whether the text begins so",
                        it -> Datum.of(it.text(1).startsWith(it.text(0))))
                .add(
                        "sprig_hasSuffix",
                        "SUFFIX TEXT",
                        "whether the text ends so",
                        it -> Datum.of(it.text(1).endsWith(it.text(0))))
                .add(
                        "sprig_replace",
                        "FROM TO TEXT",
                        "with each FROM replaced",
                        it -> Datum.of(TextFunctions.replace(it.text(2), it.text(0), it.text(1))));
    }

    private static void shapes(FunctionSet.Group group) {
        group.add("sprig_repeat", "COUNT TEXT", "the text so many times", SprigTexts::repeat)
                .add("sprig_substr", "FROM TO TEXT", "a part of the text", SprigTexts::substring)
                .add("sprig_trunc", "LENGTH TEXT", "the first characters, below zero the last ones", SprigTexts::cut)
                .add("sprig_abbrev", "LENGTH TEXT", "cut, with ... at the end", SprigTexts::abbreviate)
                .add("sprig_initials", "TEXT", "the first letter of each word", SprigTexts::initials)
                .add(
                        "sprig_indent",
                        "BLANKS TEXT",
                        "with each line moved to the right",
                        it -> Datum.of(TextFunctions.indent(it.text(1), it.whole(0), true)))
                .add(
                        "sprig_nindent",
                        "BLANKS TEXT",
                        "the same on a new line",
                        it -> Datum.of("\n" + TextFunctions.indent(it.text(1), it.whole(0), true)))
                .add("sprig_quote", "VALUE...", "each between double quotes", it -> quoted(it, true))
                .add("sprig_squote", "VALUE...", "each between single quotes", it -> quoted(it, false))
                .add("sprig_cat", "VALUE...", "the values with blanks between", SprigTexts::concatenate)
                .add(
                        "sprig_plural",
                        "ONE MANY COUNT",
                        "the word that fits the count",
                        it -> Datum.of(it.whole(2) == 1 ? it.text(0) : it.text(1)))
                .add("sprig_snakecase", "TEXT", "words_like_this", it -> Datum.of(words(it.text(0), "_")))
                .add("sprig_kebabcase", "TEXT", "words-like-this", it -> Datum.of(words(it.text(0), "-")));
    }

    private static void joins(FunctionSet.Group group) {
        group.add(
                        "sprig_splitList",
                        "SEPARATOR TEXT",
                        "the parts of a text",
                        it -> Datum.texts(TextFunctions.split(it.text(1), it.text(0))))
                .add(
                        "sprig_split",
                        "SEPARATOR TEXT",
                        "the parts of a text as a map _0, _1 and so on",
                        it -> numbered(TextFunctions.split(it.text(1), it.text(0))))
                .add("sprig_splitn", "SEPARATOR MOST TEXT", "the same, at most so many parts", SprigTexts::splitSome)
                .add(
                        "sprig_join",
                        "SEPARATOR LIST",
                        "the values of a list in one text",
                        it -> Datum.of(String.join(it.text(0), strings(it.value(1)))))
                .add("sprig_toString", "VALUE", "as text", it -> Datum.of(string(it.value(0))))
                .add("sprig_toStrings", "LIST", "all as texts", it -> Datum.texts(strings(it.value(0))))
                .add("sprig_b64enc", "TEXT", "in Base64", it -> Datum.of(Base64s.encode(it.text(0), false)))
                .add("sprig_b64dec", "TEXT", "from Base64", it -> Datum.of(Base64s.decode(it.text(0), false)))
                .add("sprig_b32enc", "TEXT", "in Base32", it -> Datum.of(Base32s.encode(it.text(0))))
                .add("sprig_b32dec", "TEXT", "from Base32", it -> Datum.of(Base32s.decode(it.text(0))))
                .add("sprig_adler32sum", "TEXT", "the Adler-32 checksum", it -> Datum.of(Hashes.adler(it.text(0))))
                .add("sprig_sha1sum", "TEXT", "the SHA-1 hash", it -> TextFunctions.hash("SHA-1", it))
                .add("sprig_sha256sum", "TEXT", "the SHA-256 hash", it -> TextFunctions.hash("SHA-256", it))
                .add("sprig_sha512sum", "TEXT", "the SHA-512 hash", it -> TextFunctions.hash("SHA-512", it));
    }

    private static void patterns(FunctionSet.Group group) {
        group.add(
                        "sprig_regexMatch",
                        "PATTERN TEXT",
                        "whether the regular expression matches somewhere",
                        it -> Datum.of(GoPattern.compile(it.text(0)).matches(it.text(1))))
                .add("sprig_regexFind", "PATTERN TEXT", "the first match", it -> {
                    var found = GoPattern.compile(it.text(0)).findAll(it.text(1), 1);
                    return Datum.of(found.isEmpty() ? "" : found.getFirst());
                })
                .add(
                        "sprig_regexFindAll",
                        "PATTERN TEXT MOST",
                        "the matches, below zero all",
                        it -> Datum.texts(GoPattern.compile(it.text(0)).findAll(it.text(1), it.whole(2))))
                .add(
                        "sprig_regexReplaceAll",
                        "PATTERN TEXT REPLACEMENT",
                        "with each match replaced; $1 is a group",
                        it -> Datum.of(GoPattern.compile(it.text(0)).replaceAll(it.text(1), it.text(2))))
                .add(
                        "sprig_regexReplaceAllLiteral",
                        "PATTERN TEXT REPLACEMENT",
                        "with each match replaced",
                        it -> Datum.of(GoPattern.compile(it.text(0))
                                .replaceAll(it.text(1), it.text(2).replace("$", "$$"))))
                .add(
                        "sprig_regexSplit",
                        "PATTERN TEXT MOST",
                        "what lies between matches, below zero all",
                        it -> Datum.texts(GoPattern.compile(it.text(0)).split(it.text(1), it.whole(2))))
                .add(
                        "sprig_regexQuoteMeta",
                        "TEXT",
                        "as a regular expression that matches only it",
                        it -> Datum.of(it.text(0).replaceAll("[\\\\.+*?()|\\[\\]{}^$]", "\\\\$0")));
    }

    /** A value as sprig makes a text of it. */
    static String string(Datum value) {
        return Printing.plain(value);
    }

    /** The values of a list as texts, without what is nothing; one value is a list of one. */
    static List<String> strings(Datum value) {
        if (value instanceof Datum.Sequence sequence) {
            return sequence.elements().stream()
                    .filter(element -> !element.isNothing())
                    .map(SprigTexts::string)
                    .toList();
        }
        return value.isNothing() ? List.of() : List.of(string(value));
    }

    private static String trim(String text, String set) {
        return TextFunctions.trimEnd(TextFunctions.trimStart(text, set), set);
    }

    /** Words end at everything but letters, digits and underscores, and so at an apostrophe. */
    private static String title(String text) {
        var result = new StringBuilder(text);
        for (int i = 0; i < result.length(); i++) {
            char before = i == 0 ? ' ' : result.charAt(i - 1);
            if (!Character.isLetterOrDigit(before) && before != '_') {
                result.setCharAt(i, Character.toTitleCase(result.charAt(i)));
            }
        }
        return result.toString();
    }

    private static String untitle(String text) {
        var result = new StringBuilder(text);
        for (int i = 0; i < result.length(); i++) {
            if (i == 0 || Character.isWhitespace(result.charAt(i - 1))) {
                result.setCharAt(i, Character.toLowerCase(result.charAt(i)));
            }
        }
        return result.toString();
    }

    private static String swap(String text) {
        var out = new StringBuilder();
        text.codePoints()
                .forEach(c -> out.appendCodePoint(
                        Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c)));
        return out.toString();
    }

    private static Datum repeat(Arguments arguments) throws FunctionException {
        long count = arguments.whole(0);
        if (count < 0) {
            throw new FunctionException("the count is below zero");
        }
        Arguments.checkLength(count);
        Arguments.checkLength(count * arguments.text(1).length());
        return Datum.of(arguments.text(1).repeat((int) count));
    }

    private static Datum substring(Arguments arguments) throws FunctionException {
        String text = arguments.text(2);
        long from = arguments.whole(0);
        long to = arguments.whole(1);
        int start = boundary(text, (int) Math.clamp(from, 0L, text.length()));
        int end = to < 0 || to > text.length() ? text.length() : boundary(text, (int) to);
        return Datum.of(from < 0 ? text.substring(0, end) : text.substring(Math.min(start, end), end));
    }

    private static Datum cut(Arguments arguments) throws FunctionException {
        String text = arguments.text(1);
        long length = arguments.whole(0);
        if (length < 0 && text.length() + length > 0) {
            return Datum.of(text.substring(boundary(text, (int) (text.length() + length))));
        }
        return Datum.of(length >= 0 && text.length() > length ? text.substring(0, boundary(text, (int) length)) : text);
    }

    private static Datum abbreviate(Arguments arguments) throws FunctionException {
        String text = arguments.text(1);
        long length = arguments.whole(0);
        return Datum.of(
                length < 4 || text.length() <= length
                        ? text
                        : text.substring(0, boundary(text, (int) length - 3)) + "...");
    }

    /** Where a text may be cut: one earlier when it would be between the halves of a character. */
    static int boundary(String text, int at) {
        boolean between =
                at > 0 && at < text.length() && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
        return between ? at - 1 : at;
    }

    private static Datum initials(Arguments arguments) throws FunctionException {
        var out = new StringBuilder();
        for (String word : arguments.text(0).split("\\s+", -1)) {
            out.append(word.isEmpty() ? "" : Character.toString(word.codePointAt(0)));
        }
        return Datum.of(out.toString());
    }

    private static Datum quoted(Arguments arguments, boolean twice) {
        var parts = new ArrayList<String>();
        for (Datum value : arguments.values()) {
            if (!value.isNothing()) {
                parts.add(twice ? Quoting.quote(string(value)) : "'" + string(value) + "'");
            }
        }
        return Datum.of(String.join(" ", parts));
    }

    private static Datum concatenate(Arguments arguments) {
        var parts = new ArrayList<String>();
        for (Datum value : arguments.values()) {
            if (!value.isNothing()) {
                parts.add(string(value));
            }
        }
        return Datum.of(String.join(" ", parts));
    }

    /** Words by their capitals, blanks, dashes and underscores, in small letters. */
    private static String words(String text, String separator) {
        return text.replaceAll("([\\p{Ll}0-9])(\\p{Lu})", "$1 $2")
                .replaceAll("(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})", " ")
                .replaceAll("[\\s_-]", separator)
                .toLowerCase(Locale.ROOT);
    }

    private static Datum numbered(List<String> parts) {
        var map = new TreeMap<String, String>();
        for (int i = 0; i < parts.size(); i++) {
            map.put("_" + i, parts.get(i));
        }
        return Datum.textTable(map);
    }

    private static Datum splitSome(Arguments arguments) throws FunctionException {
        String separator = arguments.text(0);
        long most = arguments.whole(1);
        var parts = TextFunctions.split(arguments.text(2), separator);
        if (most <= 0 || parts.size() <= most) {
            return numbered(most == 0 ? List.of() : parts);
        }
        var some = new ArrayList<>(parts.subList(0, (int) most - 1));
        some.add(String.join(separator, parts.subList((int) most - 1, parts.size())));
        return numbered(some);
    }
}
