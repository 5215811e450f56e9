package dev.steppe.cli.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON text (RFC 8259) into a tree. Written here because a streaming library needs four times as long to load as
 * a whole command may take; see decision 050. Nesting is bounded so that a hostile answer cannot exhaust the stack.
 */
public final class JsonReader {
    private static final int DEPTH_MAX = 200;

    private final String text;
    private int position;
    private int depth;

    private JsonReader(String text) {
        this.text = text;
    }

    /** The one value of the text; anything but white space after it is refused. */
    public static Json read(String text) throws JsonSyntaxException {
        var reader = new JsonReader(text);
        reader.skipSpace();
        var value = reader.value();
        reader.skipSpace();
        if (reader.position < text.length()) {
            throw reader.failure("nothing may follow the value");
        }
        return value;
    }

    private Json value() throws JsonSyntaxException {
        if (position >= text.length()) {
            throw failure("a value is missing");
        }
        switch (text.charAt(position)) {
            case '{':
                return object();
            case '[':
                return array();
            case '"':
                return new Json.Text(string());
            case 't':
                return word("true", new Json.Bool(true));
            case 'f':
                return word("false", new Json.Bool(false));
            case 'n':
                return word("null", new Json.Null());
            default:
                return number();
        }
    }

    private Json object() throws JsonSyntaxException {
        enter();
        Map<String, Json> entries = new LinkedHashMap<>();
        if (!closes('}')) {
            do {
                skipSpace();
                if (position >= text.length() || text.charAt(position) != '"') {
                    throw failure("a key in double quotes is missing");
                }
                var key = string();
                skipSpace();
                expect(':');
                skipSpace();
                entries.put(key, value());
            } while (continues('}'));
        }
        depth--;
        return new Json.Obj(entries);
    }

    private Json array() throws JsonSyntaxException {
        enter();
        List<Json> items = new ArrayList<>();
        if (!closes(']')) {
            do {
                skipSpace();
                items.add(value());
            } while (continues(']'));
        }
        depth--;
        return new Json.Arr(items);
    }

    private void enter() throws JsonSyntaxException {
        position++;
        if (++depth > DEPTH_MAX) {
            throw failure("nested deeper than " + DEPTH_MAX);
        }
    }

    private boolean closes(char end) {
        skipSpace();
        if (position < text.length() && text.charAt(position) == end) {
            position++;
            return true;
        }
        return false;
    }

    private boolean continues(char end) throws JsonSyntaxException {
        if (closes(end)) {
            return false;
        }
        expect(',');
        return true;
    }

    private void expect(char wanted) throws JsonSyntaxException {
        if (position >= text.length() || text.charAt(position) != wanted) {
            throw failure("'" + wanted + "' is missing");
        }
        position++;
    }

    private Json word(String word, Json value) throws JsonSyntaxException {
        if (!text.startsWith(word, position)) {
            throw failure("unknown word");
        }
        position += word.length();
        return value;
    }

    private String string() throws JsonSyntaxException {
        var start = ++position;
        while (position < text.length()) {
            var next = text.charAt(position);
            if (next == '"') {
                return text.substring(start, position++);
            }
            if (next == '\\') {
                return stringWithEscapes(start);
            }
            if (next < ' ') {
                throw failure("a control character inside a string");
            }
            position++;
        }
        throw failure("the string has no end");
    }

    private String stringWithEscapes(int start) throws JsonSyntaxException {
        var built = new StringBuilder().append(text, start, position);
        while (position < text.length()) {
            var next = text.charAt(position++);
            if (next == '"') {
                return built.toString();
            }
            if (next < ' ') {
                throw failure("a control character inside a string");
            }
            built.append(next == '\\' ? escaped() : next);
        }
        throw failure("the string has no end");
    }

    private char escaped() throws JsonSyntaxException {
        if (position >= text.length()) {
            throw failure("the string has no end");
        }
        var letter = text.charAt(position++);
        switch (letter) {
            case '"', '\\', '/':
                return letter;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                return unicode();
            default:
                throw failure("unknown escape \\" + letter);
        }
    }

    private char unicode() throws JsonSyntaxException {
        var code = 0;
        for (var i = 0; i < 4; i++) {
            var digit = position < text.length() ? Character.digit(text.charAt(position), 16) : -1;
            if (digit < 0) {
                throw failure("\\u needs four hexadecimal digits");
            }
            code = code * 16 + digit;
            position++;
        }
        return (char) code;
    }

    private Json number() throws JsonSyntaxException {
        var start = position;
        if (peeks('-')) {
            position++;
        }
        if (peeks('0')) {
            position++;
        } else {
            digits();
        }
        if (peeks('.')) {
            position++;
            digits();
        }
        if (peeks('e') || peeks('E')) {
            position++;
            if (peeks('+') || peeks('-')) {
                position++;
            }
            digits();
        }
        return new Json.Number(text.substring(start, position));
    }

    private boolean peeks(char wanted) {
        return position < text.length() && text.charAt(position) == wanted;
    }

    private void digits() throws JsonSyntaxException {
        var start = position;
        while (position < text.length() && text.charAt(position) >= '0' && text.charAt(position) <= '9') {
            position++;
        }
        if (position == start) {
            throw failure("a value is missing");
        }
    }

    private void skipSpace() {
        while (position < text.length()) {
            var next = text.charAt(position);
            if (next != ' ' && next != '\n' && next != '\t' && next != '\r') {
                return;
            }
            position++;
        }
    }

    private JsonSyntaxException failure(String expected) {
        return new JsonSyntaxException(expected, position);
    }
}
