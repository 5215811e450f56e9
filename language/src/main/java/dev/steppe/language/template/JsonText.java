package dev.steppe.language.template;

import dev.steppe.language.function.FunctionException;
import dev.steppe.language.function.JsonReader;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Values as JSON, as Go writes them, and back. */
final class JsonText {
    private final boolean escapeHtml;
    private final String indentation;
    private final StringBuilder out = new StringBuilder();

    private JsonText(boolean escapeHtml, String indentation) {
        this.escapeHtml = escapeHtml;
        this.indentation = indentation;
    }

    /** Without an indentation all on one line. */
    static String write(Datum value, boolean escapeHtml, String indentation) throws FunctionException {
        var writer = new JsonText(escapeHtml, indentation);
        writer.value(value, 0);
        return writer.out.toString();
    }

    private void value(Datum value, int depth) throws FunctionException {
        Arguments.checkLength(out.length());
        switch (value) {
            case Datum.Missing _, Datum.Nil _ -> out.append("null");
            case Datum.Bool(boolean truth) -> out.append(truth);
            case Datum.Whole(long number) -> out.append(number);
            case Datum.Real(double number) -> {
                if (Numbers.special(number).isPresent()) {
                    throw new FunctionException("unsupported value: " + Numbers.shortest(number));
                }
                out.append(Numbers.json(number));
            }
            case Datum.Text(String text) -> quote(text);
            case Datum.Sequence sequence -> {
                out.append('[');
                boolean first = true;
                for (Datum element : sequence.elements()) {
                    between(first, depth);
                    value(element, depth + 1);
                    first = false;
                }
                close(']', first, depth);
            }
            case Datum.Table table -> fields(table.entries(), depth);
            case Datum.Structure structure
            when structure.type().equals("NomadVarItem") ->
                quote(structure.printed().orElse(""));
            case Datum.Structure structure -> fields(structure.fields(), depth);
        }
    }

    private void fields(Map<String, Datum> fields, int depth) throws FunctionException {
        out.append('{');
        boolean first = true;
        for (var field : fields.entrySet()) {
            between(first, depth);
            quote(field.getKey());
            out.append(indentation.isEmpty() ? ":" : ": ");
            value(field.getValue(), depth + 1);
            first = false;
        }
        close('}', first, depth);
    }

    private void between(boolean first, int depth) {
        out.append(first ? "" : ",");
        newLine(depth + 1);
    }

    private void close(char bracket, boolean empty, int depth) {
        if (!empty) {
            newLine(depth);
        }
        out.append(bracket);
    }

    private void newLine(int depth) {
        if (!indentation.isEmpty()) {
            out.append('\n').append(indentation.repeat(depth));
        }
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '<', '>', '&' -> {
                    if (escapeHtml) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
                default -> {
                    if (c < ' ' || c == '\u2028' || c == '\u2029') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** All numbers of JSON are reals to Go. */
    static Datum read(String text) throws FunctionException {
        return datum(JsonReader.read(text), number -> Datum.of(number.number().doubleValue()));
    }

    static Datum datum(Value value, Function<Value.Number, Datum> numbers) {
        return switch (value) {
            case Value.Text(String text) -> Datum.of(text);
            case Value.Number number -> numbers.apply(number);
            case Value.Bool(boolean truth) -> Datum.of(truth);
            case Value.Null _ -> Datum.nil();
            case Value.Sequence sequence -> {
                var elements = new ArrayList<Datum>();
                sequence.elements().forEach(element -> elements.add(datum(element, numbers)));
                yield Datum.of(elements);
            }
            case Value.Mapping mapping -> {
                var entries = new TreeMap<String, Datum>();
                mapping.sorted().forEach((key, element) -> entries.put(key, datum(element, numbers)));
                yield Datum.table(entries);
            }
        };
    }
}
