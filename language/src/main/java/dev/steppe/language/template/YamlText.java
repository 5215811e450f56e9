package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import dev.steppe.language.function.YamlReader;
import dev.steppe.language.value.Value;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Values as YAML in blocks. A text that would read back as something else, or could, is quoted. */
final class YamlText {
    /** Texts that a reader takes for a truth value, nothing, a number, a time, or a piece of syntax. */
    private static final Pattern OTHER = Pattern.compile(
            "(?i)(|~|null|true|false|yes|no|on|off|y|n|\\.nan|[+-]?\\.inf"
                    + "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[t ].*|[+-]?[0-9][0-9_,.:xobEe+-]*|[+-]?\\.[0-9][0-9_.eE+-]*|0x[0-9a-f_]+|<<|=)");

    private static final Pattern SYNTAX = Pattern.compile(
            "(?s)([-?:](\\s.*)?|[,\\[\\]{}#&*!|>'\"%@`].*|\\s.*|.*\\s|.*: .*|.*:|.* #.*|---.*|\\.\\.\\..*)");

    private static final BigDecimal LONG_MIN = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal LONG_MAX = BigDecimal.valueOf(Long.MAX_VALUE);

    private final StringBuilder out = new StringBuilder();

    private YamlText() {}

    /** The value a text means, a map where it is empty; whole numbers stay whole. */
    static Datum read(String text) throws FunctionException {
        if (text.isBlank()) {
            return Datum.table(new TreeMap<>());
        }
        return JsonText.datum(YamlReader.readWithOctals(text), YamlText::number);
    }

    private static Datum number(Value.Number number) {
        return number.isWhole()
                        && number.number().compareTo(LONG_MIN) >= 0
                        && number.number().compareTo(LONG_MAX) <= 0
                ? Datum.of(number.number().longValueExact())
                : Datum.of(number.number().doubleValue());
    }

    static String write(Datum value) throws FunctionException {
        var writer = new YamlText();
        writer.value(value, 0, false);
        return writer.out.toString().strip();
    }

    private void value(Datum value, int depth, boolean inList) throws FunctionException {
        Arguments.checkLength(out.length());
        switch (value) {
            case Datum.Missing _, Datum.Nil _ -> out.append("null\n");
            case Datum.Bool(boolean truth) -> out.append(truth).append('\n');
            case Datum.Whole(long number) -> out.append(number).append('\n');
            case Datum.Real(double number) ->
                out.append(Numbers.special(number)
                                .map(special -> "." + special.toLowerCase(java.util.Locale.ROOT))
                                .map(special -> special.replaceFirst("^\\.([+-])", "$1."))
                                .orElseGet(() -> Numbers.shortest(number)))
                        .append('\n');
            case Datum.Text(String text) -> text(text, depth);
            case Datum.Sequence sequence -> list(sequence.elements(), depth, inList);
            case Datum.Table table -> map(table.entries(), depth, inList);
            case Datum.Structure structure -> {
                if (structure.printed().isPresent()) {
                    text(structure.printed().get(), depth);
                } else {
                    map(lower(structure.fields()), depth, inList);
                }
            }
        }
    }

    /** Fields of Go's records are written in small letters. */
    private static Map<String, Datum> lower(Map<String, Datum> fields) {
        var lower = new java.util.LinkedHashMap<String, Datum>();
        fields.forEach((name, value) -> lower.put(name.toLowerCase(java.util.Locale.ROOT), value));
        return lower;
    }

    /** {@code inline} means that the first line goes on where the output is, behind a dash. */
    private void list(List<Datum> elements, int depth, boolean inline) throws FunctionException {
        if (elements.isEmpty()) {
            out.append("[]\n");
            return;
        }
        boolean first = true;
        for (Datum element : elements) {
            out.append(first && inline ? "" : "  ".repeat(depth)).append("- ");
            value(element, depth + 1, true);
            first = false;
        }
    }

    private void map(Map<String, Datum> entries, int depth, boolean inline) throws FunctionException {
        if (entries.isEmpty()) {
            out.append("{}\n");
            return;
        }
        boolean first = true;
        for (var entry : entries.entrySet()) {
            out.append(first && inline ? "" : "  ".repeat(depth));
            out.append(scalar(entry.getKey())).append(':');
            Datum value = entry.getValue();
            boolean list = value instanceof Datum.Sequence sequence
                    && !sequence.elements().isEmpty();
            boolean block = list
                    || value instanceof Datum.Table table && !table.entries().isEmpty()
                    || value instanceof Datum.Structure structure
                            && structure.printed().isEmpty();
            out.append(block ? "\n" : " ");
            // a list within a map begins where the map's keys do
            value(value, list ? depth : depth + 1, false);
            first = false;
        }
    }

    private void text(String text, int depth) {
        boolean lines = text.contains("\n") && text.codePoints().allMatch(c -> c == '\n' || Quoting.isPrintable(c));
        if (!lines || text.startsWith(" ") || text.startsWith("\n")) {
            out.append(scalar(text)).append('\n');
            return;
        }
        String keep = text.endsWith("\n\n") ? "+" : text.endsWith("\n") ? "" : "-";
        out.append('|').append(keep).append('\n');
        String indentation = "  ".repeat(Math.max(1, depth));
        String body = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        for (String line : body.split("\n", -1)) {
            out.append(line.isEmpty() ? "" : indentation).append(line).append('\n');
        }
    }

    private static String scalar(String text) {
        if (!text.codePoints().allMatch(Quoting::isPrintable)) {
            return Quoting.quote(text);
        }
        if (OTHER.matcher(text).matches()) {
            return '"' + text + '"';
        }
        return SYNTAX.matcher(text).matches() ? "'" + text.replace("'", "''") + "'" : text;
    }
}
