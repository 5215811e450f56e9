package dev.steppe.language.hcl;

/**
 * Cuts text into tokens on demand, outside of templates. It keeps no position: the caller says where to look, so that it
 * can read the inside of templates itself and come back.
 */
final class Lexer {
    private final String text;

    Lexer(String text) {
        this.text = text;
    }

    /** The first token at or after the offset, comments and blanks left out. */
    Token next(int offset) {
        int start = offset;
        while (start < text.length()) {
            char c = text.charAt(start);
            if (c == ' ' || c == '\t' || c == '\r' || c == '\uFEFF' && start == 0) {
                start++;
            } else if (c == '#' || c == '/' && peek(start + 1) == '/') {
                int end = text.indexOf('\n', start);
                start = end < 0 ? text.length() : end;
            } else if (c == '/' && peek(start + 1) == '*') {
                int end = text.indexOf("*/", start + 2);
                if (end < 0) {
                    return new Token(TokenKind.UNTERMINATED_COMMENT, start, text.length());
                }
                start = end + 2;
            } else {
                return token(start, c);
            }
        }
        return new Token(TokenKind.END, text.length(), text.length());
    }

    private char peek(int offset) {
        return offset < text.length() ? text.charAt(offset) : '\0';
    }

    private Token token(int start, char c) {
        if (c >= '0' && c <= '9') {
            return number(start);
        }
        int first = text.codePointAt(start);
        if (isNameStart(first)) {
            return name(start);
        }
        return switch (c) {
            case '\n' -> new Token(TokenKind.NEWLINE, start, start + 1);
            case '"' -> new Token(TokenKind.QUOTE, start, start + 1);
            case '{' -> new Token(TokenKind.BRACE_OPEN, start, start + 1);
            case '}' -> new Token(TokenKind.BRACE_CLOSE, start, start + 1);
            case '[' -> new Token(TokenKind.BRACKET_OPEN, start, start + 1);
            case ']' -> new Token(TokenKind.BRACKET_CLOSE, start, start + 1);
            case '(' -> new Token(TokenKind.PARENTHESIS_OPEN, start, start + 1);
            case ')' -> new Token(TokenKind.PARENTHESIS_CLOSE, start, start + 1);
            case '+' -> new Token(TokenKind.PLUS, start, start + 1);
            case '-' -> new Token(TokenKind.MINUS, start, start + 1);
            case '*' -> new Token(TokenKind.STAR, start, start + 1);
            case '/' -> new Token(TokenKind.SLASH, start, start + 1);
            case '%' -> new Token(TokenKind.PERCENT, start, start + 1);
            case '?' -> new Token(TokenKind.QUESTION, start, start + 1);
            case ':' -> new Token(TokenKind.COLON, start, start + 1);
            case ',' -> new Token(TokenKind.COMMA, start, start + 1);
            case '~' -> new Token(TokenKind.TILDE, start, start + 1);
            default -> longer(start, c);
        };
    }

    private Token longer(int start, char c) {
        char second = peek(start + 1);
        return switch (c) {
            case '=' ->
                second == '='
                        ? pair(TokenKind.EQUAL, start)
                        : second == '>' ? pair(TokenKind.ARROW, start) : new Token(TokenKind.ASSIGN, start, start + 1);
            case '!' -> second == '=' ? pair(TokenKind.NOT_EQUAL, start) : new Token(TokenKind.NOT, start, start + 1);
            case '>' ->
                second == '='
                        ? pair(TokenKind.GREATER_OR_EQUAL, start)
                        : new Token(TokenKind.GREATER, start, start + 1);
            case '<' ->
                second == '<'
                        ? heredoc(start)
                        : second == '='
                                ? pair(TokenKind.LESS_OR_EQUAL, start)
                                : new Token(TokenKind.LESS, start, start + 1);
            case '&' -> second == '&' ? pair(TokenKind.AND, start) : invalid(start);
            case '|' -> second == '|' ? pair(TokenKind.OR, start) : invalid(start);
            case '.' ->
                second == '.' && peek(start + 2) == '.'
                        ? new Token(TokenKind.ELLIPSIS, start, start + 3)
                        : new Token(TokenKind.DOT, start, start + 1);
            default -> invalid(start);
        };
    }

    private static Token pair(TokenKind kind, int start) {
        return new Token(kind, start, start + 2);
    }

    private Token invalid(int start) {
        return new Token(TokenKind.INVALID, start, start + Character.charCount(text.codePointAt(start)));
    }

    /** {@code <<NAME} or {@code <<-NAME} up to and with the line end. */
    private Token heredoc(int start) {
        int name = start + (peek(start + 2) == '-' ? 3 : 2);
        if (name >= text.length() || !isNameStart(text.codePointAt(name))) {
            return pair(TokenKind.INVALID, start);
        }
        int end = name(name).end();
        if (peek(end) == '\r') {
            end++;
        }
        return peek(end) == '\n'
                ? new Token(TokenKind.HEREDOC, start, end + 1)
                : new Token(TokenKind.INVALID, start, end);
    }

    private Token number(int start) {
        int end = digits(start);
        if (peek(end) == '.' && isDigit(peek(end + 1))) {
            end = digits(end + 1);
        }
        if (peek(end) == 'e' || peek(end) == 'E') {
            int exponent = peek(end + 1) == '+' || peek(end + 1) == '-' ? end + 2 : end + 1;
            if (isDigit(peek(exponent))) {
                end = digits(exponent);
            }
        }
        return new Token(TokenKind.NUMBER, start, end);
    }

    private int digits(int start) {
        int end = start;
        while (isDigit(peek(end))) {
            end++;
        }
        return end;
    }

    private Token name(int start) {
        int end = start;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            if (c != '-' && !Character.isUnicodeIdentifierPart(c) || Character.isIdentifierIgnorable(c)) {
                break;
            }
            end += Character.charCount(c);
        }
        return new Token(TokenKind.IDENTIFIER, start, end);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isNameStart(int c) {
        return c == '_' || Character.isUnicodeIdentifierStart(c);
    }
}
