package dev.steppe.language.hcl;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.Source;
import dev.steppe.language.source.SourceRange;

/**
 * The current token of a source and the way to the next. Exactly one token is read ahead, so that templates can be read
 * character by character from {@link #position()} while the current token is the quote before them.
 */
final class TokenStream {
    /** Deeper nesting is refused: each level takes several frames of the stack here and in everything that walks a tree. */
    private static final int NESTING_MAX = 120;

    private final Source source;
    private final Lexer lexer;
    private Token current;
    private boolean newlinesCount = true;
    private int nesting;
    private int lastEnd;

    TokenStream(Source source) {
        this.source = source;
        this.lexer = new Lexer(source.text());
        this.current = lexer.next(0);
    }

    Source source() {
        return source;
    }

    Token current() {
        return current;
    }

    boolean at(TokenKind kind) {
        return current.kind() == kind;
    }

    boolean atName(String name) {
        return current.kind() == TokenKind.IDENTIFIER
                && current.end() - current.start() == name.length()
                && source.text().startsWith(name, current.start());
    }

    /** The offset of the first character that has not been read. */
    int position() {
        return current.end();
    }

    /** Makes the first token at or after the offset the current one. */
    void restart(int offset) {
        lastEnd = offset;
        current = lexer.next(offset);
        while (!newlinesCount && current.kind() == TokenKind.NEWLINE) {
            current = lexer.next(current.end());
        }
    }

    void advance() {
        restart(current.end());
    }

    /** The token after the current one. */
    Token peek() {
        Token next = lexer.next(current.end());
        while (!newlinesCount && next.kind() == TokenKind.NEWLINE) {
            next = lexer.next(next.end());
        }
        return next;
    }

    void skipNewlines() {
        while (current.kind() == TokenKind.NEWLINE) {
            advance();
        }
    }

    /** Says whether line ends are tokens from the next token on; returns what was true before. */
    boolean countNewlines(boolean count) {
        boolean before = newlinesCount;
        newlinesCount = count;
        return before;
    }

    void enter() throws SyntaxException {
        if (++nesting > NESTING_MAX) {
            throw error(current, "Nested too deeply", "At most " + NESTING_MAX + " levels are allowed.");
        }
    }

    void leave() {
        nesting--;
    }

    int nesting() {
        return nesting;
    }

    void restoreNesting(int level) {
        nesting = level;
    }

    /** Takes the current token, which must be of this kind, and goes on. */
    Token take(TokenKind kind, String purpose) throws SyntaxException {
        if (current.kind() != kind) {
            throw expected(kind.words + " " + purpose);
        }
        Token taken = current;
        advance();
        return taken;
    }

    String text(Token token) {
        return source.text().substring(token.start(), token.end());
    }

    SourceRange range(Token token) {
        return source.range(token.start(), token.end());
    }

    /** From the offset to the end of what was read before the current token. */
    SourceRange rangeFrom(int start) {
        return source.range(start, Math.max(start, lastEnd));
    }

    SyntaxException expected(String what) {
        if (current.kind() == TokenKind.UNTERMINATED_COMMENT) {
            return error(current.start(), current.start() + 2, "The comment does not end", "Expected \"*/\".");
        }
        return error(current, "Expected " + what + ", found " + describe(current), "");
    }

    String describe(Token token) {
        return switch (token.kind()) {
            case IDENTIFIER, NUMBER, INVALID -> "\"" + text(token).strip() + "\"";
            default -> token.kind().words;
        };
    }

    SyntaxException error(Token token, String message, String detail) {
        return error(token.start(), token.end(), message, detail);
    }

    SyntaxException error(int start, int end, String message, String detail) {
        return new SyntaxException(Diagnostic.error(source.range(start, end), message, detail));
    }
}
