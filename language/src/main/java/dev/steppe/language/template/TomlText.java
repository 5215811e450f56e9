package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Maps as TOML: plain values first, then tables and lists of tables. */
final class TomlText {
    private final StringBuilder out = new StringBuilder();

    private TomlText() {}

    static String write(Datum value) throws FunctionException {
        var writer = new TomlText();
        writer.table(entries(value), "", 0);
        return writer.out.toString().strip();
    }

    private static boolean isTable(Datum value) {
        return value instanceof Datum.Table
                || value instanceof Datum.Structure structure
                        && structure.printed().isEmpty();
    }

    private static Map<String, Datum> entries(Datum value) throws FunctionException {
        return switch (value) {
            case Datum.Table table -> table.entries();
            case Datum.Structure structure -> structure.fields();
            case Datum.Missing _,
                    Datum.Nil _,
                    Datum.Bool _,
                    Datum.Whole _,
                    Datum.Real _,
                    Datum.Text _,
                    Datum.Sequence _ ->
                throw new FunctionException("TOML has maps at its top, not a value of type " + value.type());
        };
    }

    private static boolean isTables(Datum value) {
        return value instanceof Datum.Sequence sequence
                && !sequence.elements().isEmpty()
                && sequence.elements().stream().allMatch(TomlText::isTable);
    }

    private void table(Map<String, Datum> entries, String path, int depth) throws FunctionException {
        Arguments.checkLength(out.length());
        String indentation = "  ".repeat(depth);
        for (var entry : entries.entrySet()) {
            Datum value = entry.getValue();
            if (!isTable(value) && !isTables(value) && !value.isNothing()) {
                out.append(indentation)
                        .append(key(entry.getKey()))
                        .append(" = ")
                        .append(plain(value))
                        .append('\n');
            }
        }
        for (var entry : entries.entrySet()) {
            String inner = path.isEmpty() ? key(entry.getKey()) : path + "." + key(entry.getKey());
            if (isTable(entry.getValue())) {
                out.append(depth == 0 ? "\n" : "")
                        .append(indentation)
                        .append('[')
                        .append(inner)
                        .append("]\n");
                table(entries(entry.getValue()), inner, depth + 1);
            } else if (isTables(entry.getValue()) && entry.getValue() instanceof Datum.Sequence sequence) {
                for (Datum element : sequence.elements()) {
                    out.append('\n')
                            .append(indentation)
                            .append("[[")
                            .append(inner)
                            .append("]]\n");
                    table(entries(element), inner, depth + 1);
                }
            }
        }
    }

    private static String key(String key) {
        return key.matches("[A-Za-z0-9_-]+") ? key : quote(key);
    }

    private static String plain(Datum value) throws FunctionException {
        return switch (value) {
            case Datum.Bool(boolean truth) -> Boolean.toString(truth);
            case Datum.Whole(long number) -> Long.toString(number);
            case Datum.Real(double number) -> {
                String text = Numbers.shortest(number).replace("Inf", "inf").replace("NaN", "nan");
                yield text.matches("-?[0-9]+") ? text + ".0" : text;
            }
            case Datum.Text(String text) -> quote(text);
            case Datum.Sequence(List<Datum> elements, var _) -> {
                var parts = new ArrayList<String>();
                for (Datum element : elements) {
                    parts.add(plain(element));
                }
                yield "[" + String.join(", ", parts) + "]";
            }
            case Datum.Structure structure
            when structure.printed().isPresent() -> quote(structure.printed().get());
            case Datum.Table _, Datum.Structure _ -> {
                var parts = new ArrayList<String>();
                for (var entry : entries(value).entrySet()) {
                    parts.add(key(entry.getKey()) + " = " + plain(entry.getValue()));
                }
                yield "{" + String.join(", ", parts) + "}";
            }
            case Datum.Missing _, Datum.Nil _ -> throw new FunctionException("TOML has no null within lists");
        };
    }

    private static String quote(String text) {
        var quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"', '\\' -> quoted.append('\\').appendCodePoint(c);
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        quoted.append(String.format("\\u%04X", c));
                    } else {
                        quoted.appendCodePoint(c);
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }
}
