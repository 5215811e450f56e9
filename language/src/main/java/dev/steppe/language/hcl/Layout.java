package dev.steppe.language.hcl;

import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import java.util.ArrayList;
import java.util.List;

/**
 * The pieces of a file in the order they were written, for whoever only moves them: nothing is left out but blanks.
 * Quoted strings and heredocs are one piece each, whatever is inside.
 */
public final class Layout {
    /** How a piece behaves where blanks are concerned. */
    public enum Kind {
        WORD,
        TEXT,
        HEREDOC,
        COMMENT,
        NEWLINE,
        OPEN_BRACE,
        CLOSE_BRACE,
        OPEN_BRACKET,
        CLOSE_BRACKET,
        OPEN_PARENTHESIS,
        CLOSE_PARENTHESIS,
        ASSIGN,
        OPERATOR,
        NOT,
        COMMA,
        DOT,
        ELLIPSIS
    }

    /** A piece of a file as it is written there. */
    public record Piece(Kind kind, String text) {}

    private final String text;
    private final Lexer lexer;
    private final List<Piece> pieces = new ArrayList<>();

    private Layout(String text) {
        this.text = text;
        this.lexer = new Lexer(text);
    }

    /** The pieces of a file that can be read; a file that cannot is refused with all its mistakes. */
    public static List<Piece> of(Source source) throws DiagnosticException {
        Hcl.parseBody(source);
        var layout = new Layout(source.text());
        layout.read();
        return List.copyOf(layout.pieces);
    }

    private void read() {
        int position = 0;
        while (true) {
            Token token = lexer.next(position);
            gap(position, token.start());
            if (token.kind() == TokenKind.END) {
                return;
            }
            position = switch (token.kind()) {
                case QUOTE -> add(Kind.TEXT, token.start(), endOfQuoted(token.start()));
                case HEREDOC -> add(Kind.HEREDOC, token.start(), endOfHeredoc(token));
                default -> add(kind(token.kind()), token.start(), token.end());
            };
        }
    }

    private int add(Kind kind, int start, int end) {
        pieces.add(new Piece(kind, text.substring(start, end)));
        return end;
    }

    /** Between two tokens stand blanks and comments. */
    private void gap(int start, int end) {
        int position = start;
        while (position < end) {
            int comment = end;
            boolean line = text.charAt(position) == '#' || text.startsWith("//", position);
            if (line) {
                int newline = text.indexOf('\n', position);
                comment = newline < 0 ? end : newline;
            } else if (text.startsWith("/*", position)) {
                comment = text.indexOf("*/", position) + 2;
            } else {
                position++;
                continue;
            }
            pieces.add(new Piece(Kind.COMMENT, text.substring(position, comment).stripTrailing()));
            position = comment;
        }
    }

    private static Kind kind(TokenKind kind) {
        return switch (kind) {
            case NEWLINE -> Kind.NEWLINE;
            case BRACE_OPEN -> Kind.OPEN_BRACE;
            case BRACE_CLOSE -> Kind.CLOSE_BRACE;
            case BRACKET_OPEN -> Kind.OPEN_BRACKET;
            case BRACKET_CLOSE -> Kind.CLOSE_BRACKET;
            case PARENTHESIS_OPEN -> Kind.OPEN_PARENTHESIS;
            case PARENTHESIS_CLOSE -> Kind.CLOSE_PARENTHESIS;
            case ASSIGN -> Kind.ASSIGN;
            case NOT -> Kind.NOT;
            case COMMA -> Kind.COMMA;
            case DOT -> Kind.DOT;
            case ELLIPSIS -> Kind.ELLIPSIS;
            case IDENTIFIER, NUMBER -> Kind.WORD;
            default -> Kind.OPERATOR;
        };
    }

    /** The end of the string that begins with this quote. */
    private int endOfQuoted(int quote) {
        int position = quote + 1;
        while (text.charAt(position) != '"') {
            char c = text.charAt(position);
            boolean marker = (c == '$' || c == '%') && text.startsWith("{", position + 1);
            if (c == '\\' || (c == '$' || c == '%') && text.charAt(position + 1) == c) {
                boolean escaped = c == '\\' || text.startsWith("{", position + 2);
                position += escaped ? 2 + (c == '\\' ? 0 : 1) : 1;
            } else if (marker) {
                position = endOfInterpolation(position + 2);
            } else {
                position++;
            }
        }
        return position + 1;
    }

    /** Behind the brace that closes an interpolation or directive, from the start of its inside. */
    private int endOfInterpolation(int start) {
        int position = start;
        int open = 1;
        while (open > 0) {
            Token token = lexer.next(position);
            position = switch (token.kind()) {
                case QUOTE -> endOfQuoted(token.start());
                case HEREDOC -> endOfHeredoc(token);
                default -> token.end();
            };
            if (token.kind() == TokenKind.BRACE_OPEN) {
                open++;
            } else if (token.kind() == TokenKind.BRACE_CLOSE) {
                open--;
            } else if (token.kind() == TokenKind.END) {
                return position;
            }
        }
        return position;
    }

    /** The end of the line that closes the heredoc, without its line end. */
    private int endOfHeredoc(Token opening) {
        String name = text.substring(opening.start(), opening.end()).strip().substring(2);
        String closing = name.startsWith("-") ? name.substring(1) : name;
        int line = opening.end();
        while (line < text.length()) {
            int newline = text.indexOf('\n', line);
            int end = newline < 0 ? text.length() : newline;
            if (text.substring(line, end).strip().equals(closing)) {
                return line + text.substring(line, end).stripTrailing().length();
            }
            line = end + 1;
        }
        return text.length();
    }
}
