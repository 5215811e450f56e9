package dev.steppe.language.hcl;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.value.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads HCL2's JSON syntax to expressions: strings may be templates, and every part has its place. */
final class JsonSyntax {
    private static final int DEPTH_MAX = 90;
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d{1,3})?");

    private final Source source;
    private final String text;
    private final boolean templates;
    private int position;

    private JsonSyntax(Source source, boolean templates) {
        this.source = source;
        this.text = source.text();
        this.templates = templates;
    }

    /** The one value of the text; with {@code templates}, strings may hold interpolations and directives. */
    static Expression parse(Source source, boolean templates) throws DiagnosticException {
        var syntax = new JsonSyntax(source, templates);
        Expression value = syntax.value(0);
        syntax.skipBlanks();
        if (syntax.position < syntax.text.length()) {
            throw syntax.expected("the end of the file");
        }
        return value;
    }

    private DiagnosticException expected(String what) {
        int end = Math.min(position + 1, text.length());
        String found = position < text.length()
                ? "\"" + Character.toString(text.codePointAt(position)) + "\""
                : "the end of the file";
        return refuse(position, end, "Expected " + what + ", found " + found);
    }

    private DiagnosticException refuse(int start, int end, String message) {
        return new DiagnosticException(Diagnostic.error(source.range(start, end), message, ""));
    }

    private void skipBlanks() {
        while (position < text.length() && " \t\r\n\uFEFF".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
    }

    private char peek() {
        skipBlanks();
        return position < text.length() ? text.charAt(position) : '\0';
    }

    private void take(char c, String what) throws DiagnosticException {
        if (peek() != c) {
            throw expected(what);
        }
        position++;
    }

    private Expression value(int depth) throws DiagnosticException {
        char first = peek();
        int start = position;
        if (depth > DEPTH_MAX) {
            throw refuse(start, start + 1, "More than " + DEPTH_MAX + " levels are nested here");
        }
        return switch (first) {
            case '{' -> object(depth);
            case '[' -> list(depth);
            case '"' -> string();
            case 't' -> word("true", Value.of(true));
            case 'f' -> word("false", Value.of(false));
            case 'n' -> word("null", Value.none());
            default -> number();
        };
    }

    private Expression word(String word, Value value) throws DiagnosticException {
        if (!text.startsWith(word, position)) {
            throw expected("a value");
        }
        int start = position;
        position += word.length();
        return new Expression.Literal(value, source.range(start, position));
    }

    private Expression number() throws DiagnosticException {
        Matcher matcher = NUMBER.matcher(text);
        int start = position;
        if (!matcher.region(start, text.length()).lookingAt()) {
            throw expected("a value");
        }
        position = matcher.end();
        return new Expression.Literal(
                Value.of(new BigDecimal(text.substring(start, position))), source.range(start, position));
    }

    private Expression list(int depth) throws DiagnosticException {
        int start = position++;
        List<Expression> elements = new ArrayList<>();
        if (peek() == ']') {
            position++;
            return new Expression.ListOf(elements, source.range(start, position));
        }
        while (true) {
            elements.add(value(depth + 1));
            if (peek() == ',') {
                position++;
                continue;
            }
            take(']', "\",\" or \"]\"");
            return new Expression.ListOf(elements, source.range(start, position));
        }
    }

    private Expression object(int depth) throws DiagnosticException {
        int start = position++;
        List<Expression.Entry> entries = new ArrayList<>();
        if (peek() == '}') {
            position++;
            return new Expression.ObjectOf(entries, source.range(start, position));
        }
        while (true) {
            if (peek() != '"') {
                throw expected("a name in quotes");
            }
            int keyStart = position;
            String key = unquoted();
            var name = new Expression.Literal(Value.of(key), source.range(keyStart, position));
            take(':', "\":\"");
            entries.add(new Expression.Entry(name, value(depth + 1)));
            if (peek() == ',') {
                position++;
                continue;
            }
            take('}', "\",\" or \"}\"");
            return new Expression.ObjectOf(entries, source.range(start, position));
        }
    }

    private Expression string() throws DiagnosticException {
        int start = position;
        String content = unquoted();
        if (templates && (content.contains("${") || content.contains("%{"))) {
            return Hcl.parseTemplate(new Source(source.name() + ", text in line " + source.line(start), content));
        }
        return new Expression.Literal(Value.of(content), source.range(start, position));
    }

    private String unquoted() throws DiagnosticException {
        int start = position++;
        var content = new StringBuilder();
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == '"') {
                return content.toString();
            }
            if (c < ' ') {
                throw refuse(position - 1, position, "A string ends in the line in which it begins; write \\n");
            }
            content.append(c == '\\' ? escaped() : c);
        }
        throw refuse(start, start + 1, "The string does not end");
    }

    private char escaped() throws DiagnosticException {
        char c = position < text.length() ? text.charAt(position++) : '\0';
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw refuse(position - 2, position - 1, "There is no such escape in JSON");
        };
    }

    private char unicode() throws DiagnosticException {
        int end = position + 4;
        try {
            char c = (char) Integer.parseInt(text, position, Math.min(end, text.length()), 16);
            position = end;
            return c;
        } catch (NumberFormatException | IndexOutOfBoundsException wrong) {
            throw refuse(position - 2, Math.min(end, text.length()), "\\u needs four hexadecimal digits");
        }
    }
}
