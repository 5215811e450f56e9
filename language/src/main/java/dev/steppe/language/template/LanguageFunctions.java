package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The functions that Go's templates have by themselves. */
final class LanguageFunctions {
    private LanguageFunctions() {}

    static void define(FunctionSet.Group group) {
        // these two look at their arguments one after the other, so the rendering itself has them
        FunctionSet.Action special = arguments -> {
            throw new IllegalStateException("handled by the rendering");
        };
        group.add("and", "VALUE VALUE...", "the first value that is empty or false, else the last", special)
                .add("or", "VALUE VALUE...", "the first value that is neither empty nor false, else the last", special)
                .add(
                        "not",
                        "VALUE",
                        "true for what is empty or false",
                        it -> Datum.of(!it.value(0).isTrue()))
                .add("eq", "A B...", "whether A equals one of the others", LanguageFunctions::equal)
                .add("ne", "A B", "whether they differ", it -> Datum.of(!Comparison.equal(it.value(0), it.value(1))))
                .add("lt", "A B", "A < B", it -> Datum.of(Comparison.less(it.value(0), it.value(1))))
                .add("le", "A B", "A <= B", it -> Datum.of(!Comparison.less(it.value(1), it.value(0))))
                .add("gt", "A B", "A > B", it -> Datum.of(Comparison.less(it.value(1), it.value(0))))
                .add("ge", "A B", "A >= B", it -> Datum.of(!Comparison.less(it.value(0), it.value(1))))
                .add("len", "VALUE", "the bytes of a text, the elements of a list or map", LanguageFunctions::length)
                .add(
                        "index",
                        "VALUE KEY...",
                        "the element of a list or map, of that the element, and so on",
                        LanguageFunctions::index)
                .add("slice", "VALUE [FROM] [TO] [MOST]", "a part of a text or list", LanguageFunctions::slice)
                .add(
                        "print",
                        "VALUE...",
                        "the values as text, a blank between two that are no texts",
                        it -> Datum.of(Printing.print(it.values())))
                .add(
                        "println",
                        "VALUE...",
                        "the values as text, blanks between them and a line end",
                        it -> Datum.of(Printing.println(it.values())))
                .add("printf", "FORMAT VALUE...", "the values in Go's format", LanguageFunctions::printf)
                .add("html", "VALUE...", "escaped for HTML", it -> Datum.of(html(joined(it))))
                .add("js", "VALUE...", "escaped for JavaScript", it -> Datum.of(script(joined(it))))
                .add("urlquery", "VALUE...", "escaped for the query of a URL", it -> Datum.of(query(joined(it))));
    }

    private static String joined(Arguments arguments) {
        return arguments.count() == 1 && arguments.value(0) instanceof Datum.Text(String text)
                ? text
                : Printing.print(arguments.values());
    }

    private static Datum equal(Arguments arguments) throws FunctionException {
        if (arguments.count() == 1) {
            throw new FunctionException("missing argument for comparison");
        }
        for (Datum other : arguments.values().subList(1, arguments.count())) {
            if (Comparison.equal(arguments.value(0), other)) {
                return Datum.of(true);
            }
        }
        return Datum.of(false);
    }

    private static Datum length(Arguments arguments) throws FunctionException {
        return switch (arguments.value(0)) {
            case Datum.Text(String text) -> Datum.of((long) text.getBytes(StandardCharsets.UTF_8).length);
            case Datum.Sequence sequence -> Datum.of((long) sequence.elements().size());
            case Datum.Table table -> Datum.of((long) table.entries().size());
            case Datum.Missing _, Datum.Nil _ -> throw new FunctionException("len of nil pointer");
            case Datum.Bool _, Datum.Whole _, Datum.Real _, Datum.Structure _ ->
                throw new FunctionException("len of type " + arguments.value(0).type());
        };
    }

    private static Datum index(Arguments arguments) throws FunctionException {
        Datum value = arguments.value(0);
        for (Datum key : arguments.values().subList(1, arguments.count())) {
            value = element(value, key);
        }
        return value;
    }

    private static Datum element(Datum value, Datum key) throws FunctionException {
        return switch (value) {
            case Datum.Sequence(List<Datum> elements, var _) -> elements.get(position(key, elements.size() - 1));
            case Datum.Text(String text) -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                yield Datum.of((long) (bytes[position(key, bytes.length - 1)] & 0xff));
            }
            case Datum.Table table -> {
                boolean fits = table.isNumbered()
                        ? key instanceof Datum.Whole
                        : Arguments.text(key).isPresent();
                if (!fits) {
                    throw new FunctionException(
                            "value has type " + key.type() + "; should be " + (table.isNumbered() ? "int" : "string"));
                }
                yield table.get(Printing.plain(key)).orElse(table.zero());
            }
            case Datum.Missing _, Datum.Nil _ -> throw new FunctionException("index of untyped nil");
            case Datum.Bool _, Datum.Whole _, Datum.Real _, Datum.Structure _ ->
                throw new FunctionException("can't index item of type " + value.type());
        };
    }

    private static int position(Datum key, int most) throws FunctionException {
        if (!(key instanceof Datum.Whole(long index))) {
            throw new FunctionException("cannot index slice/array with type " + key.type());
        }
        if (index < 0 || index > most) {
            throw new FunctionException("index out of range: " + index);
        }
        return (int) index;
    }

    private static Datum slice(Arguments arguments) throws FunctionException {
        Datum value = arguments.value(0);
        byte[] bytes = value instanceof Datum.Text(String text) ? text.getBytes(StandardCharsets.UTF_8) : new byte[0];
        int size =
                value instanceof Datum.Text ? bytes.length : arguments.list(0).size();
        if (value instanceof Datum.Text && arguments.count() > 3) {
            throw new FunctionException("cannot 3-index slice a string");
        }
        int from = arguments.count() > 1 ? position(arguments.value(1), size) : 0;
        int to = arguments.count() > 2 ? position(arguments.value(2), size) : size;
        if (from > to) {
            throw new FunctionException("invalid slice index: " + from + " > " + to);
        }
        return value instanceof Datum.Text
                ? Datum.of(new String(Arrays.copyOfRange(bytes, from, to), StandardCharsets.UTF_8))
                : Datum.of(arguments.list(0).subList(from, to));
    }

    private static Datum printf(Arguments arguments) throws FunctionException {
        String text = Format.of(arguments.text(0), arguments.values().subList(1, arguments.count()));
        Arguments.checkLength(text.length());
        return Datum.of(text);
    }

    static String html(String text) {
        return text.replace("&", "&amp;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace('\0', '\ufffd');
    }

    private static String script(String text) {
        var out = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\\', '\'', '"' -> out.append('\\').appendCodePoint(c);
                case '<', '>', '&', '=' -> out.append(String.format("\\u%04X", c));
                default -> {
                    if (Quoting.isPrintable(c)) {
                        out.appendCodePoint(c);
                    } else {
                        out.append(String.format("\\u%04X", c));
                    }
                }
            }
        });
        return out.toString();
    }

    static String query(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
