package dev.steppe.language.template;

import dev.steppe.language.source.Source;
import java.util.ArrayList;
import java.util.List;

/** Cuts a template into texts and actions, and actions into tokens. */
final class Lexer {
    private static final String BLANKS = " \t\r\n";

    private final Source source;
    private final String text;
    private final Delimiters delimiters;
    private int position;

    /** A stretch of text, or an action's tokens, the last of which is its end. */
    sealed interface Part {
        record Plain(String text, int start) implements Part {}

        record Action(List<Token> tokens, int start, int end) implements Part {}
    }

    Lexer(Source source, Delimiters delimiters) {
        this.source = source;
        this.text = source.text();
        this.delimiters = delimiters;
    }

    List<Part> parts() throws TemplateException {
        var parts = new ArrayList<Part>();
        boolean trimmed = false;
        while (true) {
            int open = text.indexOf(delimiters.left(), position);
            int start = position;
            String plain = text.substring(position, open < 0 ? text.length() : open);
            plain = trimmed ? stripStart(plain) : plain;
            if (open < 0) {
                addPlain(parts, plain, start);
                return parts;
            }
            position = open + delimiters.left().length();
            if (isTrimMarker(position)) {
                plain = stripEnd(plain);
                position += 2;
            }
            addPlain(parts, plain, start);
            if (text.startsWith("/*", position)) {
                trimmed = comment(open);
            } else {
                var tokens = new ArrayList<Token>();
                trimmed = action(open, tokens);
                parts.add(new Part.Action(tokens, open, position));
            }
        }
    }

    private static void addPlain(List<Part> parts, String plain, int start) {
        if (!plain.isEmpty()) {
            parts.add(new Part.Plain(plain, start));
        }
    }

    private boolean isTrimMarker(int at) {
        return text.startsWith("-", at) && at + 1 < text.length() && isBlank(text.charAt(at + 1));
    }

    private static boolean isBlank(char c) {
        return BLANKS.indexOf(c) >= 0;
    }

    private static String stripStart(String text) {
        int start = 0;
        while (start < text.length() && isBlank(text.charAt(start))) {
            start++;
        }
        return text.substring(start);
    }

    private static String stripEnd(String text) {
        int end = text.length();
        while (end > 0 && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    private TemplateException error(int start, int end, String message, String detail) {
        return new TemplateException(source.range(start, Math.min(end, text.length())), message, detail);
    }

    /** Passes a comment; true when what follows is trimmed. */
    private boolean comment(int open) throws TemplateException {
        int close = text.indexOf("*/", position + 2);
        if (close < 0) {
            throw error(open, position + 2, "unclosed comment", "Close it with */" + delimiters.right() + ".");
        }
        position = close + 2;
        int trim = closesTrimmed(position);
        if (trim > 0) {
            position += trim;
            return true;
        }
        if (!text.startsWith(delimiters.right(), position)) {
            throw error(
                    open, position, "comment ends before closing delimiter", "Write a comment alone in its action.");
        }
        position += delimiters.right().length();
        return false;
    }

    /** The length of a closing delimiter with a trim marker here, or 0. */
    private int closesTrimmed(int at) {
        if (at + 1 >= text.length() || !isBlank(text.charAt(at)) || text.charAt(at + 1) != '-') {
            return 0;
        }
        return text.startsWith(delimiters.right(), at + 2)
                ? 2 + delimiters.right().length()
                : 0;
    }

    private boolean action(int open, List<Token> tokens) throws TemplateException {
        int depth = 0;
        while (true) {
            int start = position;
            if (start >= text.length()) {
                throw error(
                        open,
                        open + delimiters.left().length(),
                        "unclosed action",
                        "Close it with " + delimiters.right() + ".");
            }
            int trim = closesTrimmed(start);
            if (trim > 0 || text.startsWith(delimiters.right(), start)) {
                if (depth > 0) {
                    throw error(open, start, "unclosed left paren", "");
                }
                position += trim > 0 ? trim : delimiters.right().length();
                tokens.add(new Token(Token.Kind.END, "", start, position));
                return trim > 0;
            }
            Token.Kind kind = next();
            depth += kind == Token.Kind.OPEN ? 1 : kind == Token.Kind.CLOSE ? -1 : 0;
            if (depth < 0) {
                throw error(start, position, "unexpected right paren", "");
            }
            tokens.add(new Token(kind, text.substring(start, position), start, position));
        }
    }

    private Token.Kind next() throws TemplateException {
        char c = text.charAt(position);
        if (isBlank(c)) {
            while (position < text.length() && isBlank(text.charAt(position)) && closesTrimmed(position) == 0) {
                position++;
            }
            return Token.Kind.SPACE;
        }
        switch (c) {
            case '(' -> {
                return one(Token.Kind.OPEN);
            }
            case ')' -> {
                return one(Token.Kind.CLOSE);
            }
            case '|' -> {
                return one(Token.Kind.PIPE);
            }
            case ',' -> {
                return one(Token.Kind.COMMA);
            }
            case '=' -> {
                return one(Token.Kind.ASSIGN);
            }
            case '"' -> {
                return quoted('"', Token.Kind.STRING, "string");
            }
            case '\'' -> {
                return quoted('\'', Token.Kind.CHARACTER, "character constant");
            }
            case '`' -> {
                return raw();
            }
            case ':' -> {
                if (text.startsWith(":=", position)) {
                    position += 2;
                    return Token.Kind.DECLARE;
                }
                throw error(position, position + 1, "expected :=", "");
            }
            case '$' -> {
                position++;
                word();
                return Token.Kind.VARIABLE;
            }
            case '.' -> {
                return dot();
            }
            default -> {
                return wordOrNumber(c);
            }
        }
    }

    private Token.Kind one(Token.Kind kind) {
        position++;
        return kind;
    }

    private Token.Kind dot() throws TemplateException {
        char next = position + 1 < text.length() ? text.charAt(position + 1) : ' ';
        if (next >= '0' && next <= '9') {
            return number();
        }
        position++;
        if (!isWordCharacter(next)) {
            return Token.Kind.DOT;
        }
        word();
        return Token.Kind.FIELD;
    }

    private Token.Kind wordOrNumber(char c) throws TemplateException {
        boolean signed = (c == '+' || c == '-') && position + 1 < text.length();
        char digit = signed ? text.charAt(position + 1) : c;
        if (digit >= '0' && digit <= '9' || signed && digit == '.') {
            return number();
        }
        if (isWordCharacter(c)) {
            word();
            return Token.Kind.IDENTIFIER;
        }
        int end = position + Character.charCount(text.codePointAt(position));
        throw error(position, end, "unexpected \"" + text.substring(position, end) + "\" in an action", "");
    }

    private static boolean isWordCharacter(char c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }

    private void word() {
        while (position < text.length() && isWordCharacter(text.charAt(position))) {
            position++;
        }
    }

    private Token.Kind number() throws TemplateException {
        int start = position;
        position++;
        while (position < text.length()) {
            char c = text.charAt(position);
            char before = text.charAt(position - 1);
            boolean sign = (c == '+' || c == '-') && ("eEpP".indexOf(before) >= 0) && !text.startsWith("0x", start);
            if (!sign && c != '.' && !isWordCharacter(c)) {
                break;
            }
            position++;
        }
        if (!Numbers.isConstant(text.substring(start, position))) {
            throw error(start, position, "bad number syntax: \"" + text.substring(start, position) + "\"", "");
        }
        return Token.Kind.NUMBER;
    }

    private Token.Kind quoted(char quote, Token.Kind kind, String what) throws TemplateException {
        int start = position;
        position++;
        while (position < text.length() && text.charAt(position) != '\n') {
            char c = text.charAt(position);
            if (c == quote) {
                position++;
                return kind;
            }
            position += c == '\\' ? 2 : 1;
        }
        throw error(start, start + 1, "unterminated quoted " + what, "It ends on the line where it begins.");
    }

    private Token.Kind raw() throws TemplateException {
        int close = text.indexOf('`', position + 1);
        if (close < 0) {
            throw error(position, position + 1, "unterminated raw quoted string", "");
        }
        position = close + 1;
        return Token.Kind.RAW_STRING;
    }
}
