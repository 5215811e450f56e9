package dev.steppe.language.function;

import dev.steppe.language.value.Value;
import java.util.Map;

/** Writes values as JSON: keys sorted, no blanks, and what HTML could misread escaped. */
final class Json {
    private Json() {}

    static String write(Value value) throws FunctionException {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Value value, StringBuilder out) throws FunctionException {
        Arguments.checkLength(out.length());
        switch (value) {
            case Value.Text(String text) -> quote(text, out);
            case Value.Number number -> out.append(number.text());
            case Value.Bool(boolean truth) -> out.append(truth);
            case Value.Null _ -> out.append("null");
            case Value.Sequence sequence -> {
                out.append('[');
                String separator = "";
                for (Value element : sequence.elements()) {
                    out.append(separator);
                    write(element, out);
                    separator = ",";
                }
                out.append(']');
            }
            case Value.Mapping mapping -> {
                out.append('{');
                String separator = "";
                for (Map.Entry<String, Value> entry : mapping.sorted().entrySet()) {
                    out.append(separator);
                    quote(entry.getKey(), out);
                    out.append(':');
                    write(entry.getValue(), out);
                    separator = ",";
                }
                out.append('}');
            }
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '<', '>', '&', '\u2028', '\u2029' -> escape(c, out);
                default -> {
                    if (c < ' ') {
                        escape(c, out);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static void escape(char c, StringBuilder out) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(Character.forDigit(c >> shift & 15, 16));
        }
    }
}
