package dev.steppe.language.function;

import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads one JSON value from a text. Strict, of bounded depth. */
public final class JsonReader {
    private static final int DEPTH_MAX = 90;

    private final String text;
    private int position;

    private JsonReader(String text) {
        this.text = text;
    }

    public static Value read(String text) throws FunctionException {
        JsonReader reader = new JsonReader(text);
        Value value = reader.value(0);
        reader.skipBlanks();
        if (reader.position < text.length()) {
            throw reader.unexpected("the end");
        }
        return value;
    }

    private FunctionException unexpected(String expected) {
        String found = position < text.length()
                ? "\"" + Character.toString(text.codePointAt(position)) + "\""
                : "the end of the text";
        return new FunctionException(
                "not JSON: expected " + expected + " at character " + (position + 1) + ", found " + found);
    }

    private void skipBlanks() {
        while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
    }

    private char peek() {
        skipBlanks();
        return position < text.length() ? text.charAt(position) : '\0';
    }

    private boolean accept(char c) {
        if (peek() != c) {
            return false;
        }
        position++;
        return true;
    }

    private Value value(int depth) throws FunctionException {
        if (depth > DEPTH_MAX) {
            throw new FunctionException("the JSON text is nested too deeply");
        }
        switch (peek()) {
            case '{' -> {
                return object(depth);
            }
            case '[' -> {
                return list(depth);
            }
            case '"' -> {
                return Value.of(string());
            }
            case 't' -> {
                return word("true", Value.of(true));
            }
            case 'f' -> {
                return word("false", Value.of(false));
            }
            case 'n' -> {
                return word("null", Value.none());
            }
            default -> {
                return number();
            }
        }
    }

    private Value word(String word, Value value) throws FunctionException {
        if (!text.startsWith(word, position)) {
            throw unexpected("a value");
        }
        position += word.length();
        return value;
    }

    private Value number() throws FunctionException {
        int start = position;
        while (position < text.length() && "+-.eE0123456789".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
        String number = text.substring(start, position);
        if (number.isEmpty()) {
            throw unexpected("a value");
        }
        return Conversion.parseNumber(number)
                .map(Value::of)
                .orElseThrow(() -> new FunctionException("not a number that can be read: " + number));
    }

    private Value list(int depth) throws FunctionException {
        position++;
        List<Value> elements = new ArrayList<>();
        if (accept(']')) {
            return Value.of(elements);
        }
        do {
            elements.add(value(depth + 1));
        } while (accept(','));
        if (!accept(']')) {
            throw unexpected("\",\" or \"]\"");
        }
        return Value.of(elements);
    }

    private Value object(int depth) throws FunctionException {
        position++;
        Map<String, Value> entries = new LinkedHashMap<>();
        if (accept('}')) {
            return Value.of(entries);
        }
        do {
            if (peek() != '"') {
                throw unexpected("a key in quotes");
            }
            String key = string();
            if (!accept(':')) {
                throw unexpected("\":\"");
            }
            entries.put(key, value(depth + 1));
        } while (accept(','));
        if (!accept('}')) {
            throw unexpected("\",\" or \"}\"");
        }
        return Value.of(entries);
    }

    private String string() throws FunctionException {
        StringBuilder out = new StringBuilder();
        position++;
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == '"') {
                return out.toString();
            }
            if (c == '\\') {
                escape(out);
            } else if (c < ' ') {
                position--;
                throw unexpected("a character of a string");
            } else {
                out.append(c);
            }
        }
        throw unexpected("a closing quote");
    }

    private void escape(StringBuilder out) throws FunctionException {
        char kind = position < text.length() ? text.charAt(position) : '\0';
        int simple = "\"\\/bfnrt".indexOf(kind);
        if (simple >= 0) {
            out.append("\"\\/\b\f\n\r\t".charAt(simple));
            position++;
            return;
        }
        String hex = text.substring(Math.min(position + 1, text.length()), Math.min(position + 5, text.length()));
        if (kind != 'u' || hex.length() < 4 || !hex.chars().allMatch(c -> c < 128 && Character.digit(c, 16) >= 0)) {
            throw unexpected("an escape sequence");
        }
        out.append((char) Integer.parseInt(hex, 16));
        position += 5;
    }
}
