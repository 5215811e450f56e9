package dev.steppe.language.template;

import java.util.ArrayList;
import java.util.List;

/** Values as Go's {@code fmt.Print} family shows them. */
final class Printing {
    private Printing() {}

    /** What an action leaves in the output. */
    static String output(Datum value) {
        return value.isNothing() ? "<no value>" : plain(value);
    }

    /** The form of {@code %v}. */
    static String plain(Datum value) {
        var out = new StringBuilder();
        write(value, out, false);
        return out.toString();
    }

    /** The form of {@code %+v}: fields with their names. */
    static String named(Datum value) {
        var out = new StringBuilder();
        write(value, out, true);
        return out.toString();
    }

    private static void write(Datum value, StringBuilder out, boolean names) {
        switch (value) {
            case Datum.Missing _, Datum.Nil _ -> out.append("<nil>");
            case Datum.Bool(boolean truth) -> out.append(truth);
            case Datum.Whole(long number) -> out.append(number);
            case Datum.Real(double number) -> out.append(Numbers.shortest(number));
            case Datum.Text(String text) -> out.append(text);
            case Datum.Sequence sequence -> {
                out.append('[');
                String separator = "";
                for (Datum element : sequence.elements()) {
                    out.append(separator);
                    write(element, out, names);
                    separator = " ";
                }
                out.append(']');
            }
            case Datum.Table table -> {
                out.append("map[");
                String separator = "";
                for (var entry : table.entries().entrySet()) {
                    out.append(separator).append(entry.getKey()).append(':');
                    write(entry.getValue(), out, names);
                    separator = " ";
                }
                out.append(']');
            }
            case Datum.Structure structure -> structure(structure, out, names);
        }
    }

    private static void structure(Datum.Structure structure, StringBuilder out, boolean names) {
        if (structure.printed().isPresent()) {
            out.append(structure.printed().get());
            return;
        }
        out.append('{');
        String separator = "";
        for (var field : structure.fields().entrySet()) {
            out.append(separator);
            if (names) {
                out.append(field.getKey()).append(':');
            }
            write(field.getValue(), out, names);
            separator = " ";
        }
        out.append('}');
    }

    /** The form of {@code %#v}, near to Go's source form. */
    static String source(Datum value) {
        return switch (value) {
            case Datum.Text(String text) -> Quoting.quote(text);
            case Datum.Sequence sequence -> {
                var parts = new ArrayList<String>();
                sequence.elements().forEach(element -> parts.add(source(element)));
                yield "[]interface {}{" + String.join(", ", parts) + "}";
            }
            case Datum.Table table -> {
                var parts = new ArrayList<String>();
                table.entries().forEach((key, element) -> parts.add(source(table.key(key)) + ":" + source(element)));
                yield "map[" + (table.isNumbered() ? "int" : "string") + "]interface {}{" + String.join(", ", parts)
                        + "}";
            }
            case Datum.Structure structure -> {
                var parts = new ArrayList<String>();
                structure.fields().forEach((name, element) -> parts.add(name + ":" + source(element)));
                yield structure.type() + "{" + String.join(", ", parts) + "}";
            }
            case Datum.Missing _, Datum.Nil _, Datum.Bool _, Datum.Whole _, Datum.Real _ -> plain(value);
        };
    }

    /** A blank between two values when neither is a text. */
    static String print(List<Datum> values) {
        var out = new StringBuilder();
        boolean text = true;
        for (int i = 0; i < values.size(); i++) {
            Datum value = values.get(i);
            boolean isText = value instanceof Datum.Text;
            if (i > 0 && !isText && !text) {
                out.append(' ');
            }
            out.append(plain(value));
            text = isText;
        }
        return out.toString();
    }

    /** A blank between any two values, and a line end. */
    static String println(List<Datum> values) {
        var texts = new ArrayList<String>();
        values.forEach(value -> texts.add(plain(value)));
        return String.join(" ", texts) + "\n";
    }
}
