package dev.steppe.cli.json;

import java.util.Iterator;

/** Writes a tree as JSON text: compact for agents, indented by four spaces for people and their scripts. */
public final class JsonWriter {
    private static final String STEP = "    ";

    private final StringBuilder built = new StringBuilder();
    private final boolean indented;

    private JsonWriter(boolean indented) {
        this.indented = indented;
    }

    /** One line, no spaces. */
    public static String compact(Json value) {
        var writer = new JsonWriter(false);
        writer.write(value, "");
        return writer.built.toString();
    }

    /** Several lines, without a line end after the last. */
    public static String indented(Json value) {
        var writer = new JsonWriter(true);
        writer.write(value, "");
        return writer.built.toString();
    }

    private void write(Json value, String margin) {
        if (value instanceof Json.Obj object) {
            object(object, margin);
        } else if (value instanceof Json.Arr array) {
            array(array, margin);
        } else if (value instanceof Json.Text text) {
            quote(text.value());
        } else if (value.isNull()) {
            built.append("null");
        } else {
            built.append(value.text());
        }
    }

    private void object(Json.Obj object, String margin) {
        if (object.entries().isEmpty()) {
            built.append("{}");
            return;
        }
        built.append('{');
        var inner = margin + STEP;
        for (var entries = object.entries().entrySet().iterator(); entries.hasNext(); ) {
            var entry = entries.next();
            line(inner);
            quote(entry.getKey());
            built.append(indented ? ": " : ":");
            write(entry.getValue(), inner);
            comma(entries);
        }
        line(margin);
        built.append('}');
    }

    private void array(Json.Arr array, String margin) {
        if (array.items().isEmpty()) {
            built.append("[]");
            return;
        }
        built.append('[');
        var inner = margin + STEP;
        for (var items = array.items().iterator(); items.hasNext(); ) {
            line(inner);
            write(items.next(), inner);
            comma(items);
        }
        line(margin);
        built.append(']');
    }

    private void comma(Iterator<?> rest) {
        if (rest.hasNext()) {
            built.append(',');
        }
    }

    private void line(String margin) {
        if (indented) {
            built.append('\n').append(margin);
        }
    }

    private void quote(String text) {
        built.append('"');
        for (var i = 0; i < text.length(); i++) {
            var next = text.charAt(i);
            switch (next) {
                case '"' -> built.append("\\\"");
                case '\\' -> built.append("\\\\");
                case '\n' -> built.append("\\n");
                case '\r' -> built.append("\\r");
                case '\t' -> built.append("\\t");
                default -> {
                    if (next < ' ') {
                        built.append("\\u00")
                                .append(Character.forDigit(next >> 4, 16))
                                .append(Character.forDigit(next & 15, 16));
                    } else {
                        built.append(next);
                    }
                }
            }
        }
        built.append('"');
    }
}
