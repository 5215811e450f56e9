package dev.steppe.language.filter;

import java.util.ArrayList;
import java.util.List;

/** The words of a filter, one after the other. */
final class FilterTokens {
    private static final int LENGTH_MAX = 8_192;
    private static final String ALONE = "(){}[],";

    private final List<Token> tokens = new ArrayList<>();
    private int next;

    /** A piece of the text and its column, from 1. */
    record Token(Kind kind, String text, int column) {
        boolean is(String word) {
            return kind == Kind.WORD && text.equals(word);
        }

        boolean isSign(String sign) {
            return kind == Kind.SIGN && text.equals(sign);
        }

        /** As it is named in a message. */
        String said() {
            return switch (kind) {
                case END -> "the end";
                case QUOTED -> "\"" + text + "\" in quotes";
                case WORD, SIGN -> "\"" + text + "\"";
            };
        }
    }

    enum Kind {
        WORD,
        QUOTED,
        SIGN,
        END
    }

    FilterTokens(String text) throws InvalidFilterException {
        if (text.length() > LENGTH_MAX) {
            throw new InvalidFilterException(
                    "it has " + text.length() + " characters, and at most " + LENGTH_MAX + " are possible");
        }
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '"' || c == '`') {
                at = quoted(text, at);
            } else if (ALONE.indexOf(c) >= 0) {
                tokens.add(new Token(Kind.SIGN, String.valueOf(c), at + 1));
                at++;
            } else if (c == '=' || c == '!') {
                at = comparison(text, at);
            } else {
                at = word(text, at);
            }
        }
        tokens.add(new Token(Kind.END, "", text.length() + 1));
    }

    private int comparison(String text, int start) throws InvalidFilterException {
        if (!text.startsWith("=", start + 1)) {
            throw new InvalidFilterException("column " + (start + 1) + ": \"" + text.charAt(start)
                    + "\" compares nothing; write ==, !=, or not before a condition");
        }
        tokens.add(new Token(Kind.SIGN, text.substring(start, start + 2), start + 1));
        return start + 2;
    }

    private int word(String text, int start) {
        int end = start;
        while (end < text.length() && !ends(text.charAt(end))) {
            end++;
        }
        tokens.add(new Token(Kind.WORD, text.substring(start, end), start + 1));
        return end;
    }

    private static boolean ends(char c) {
        return Character.isWhitespace(c) || ALONE.indexOf(c) >= 0 || "\"`=!".indexOf(c) >= 0;
    }

    private int quoted(String text, int start) throws InvalidFilterException {
        char quote = text.charAt(start);
        var content = new StringBuilder();
        int at = start + 1;
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at++);
            if (quote == '"' && c == '\\' && at < text.length()) {
                content.append(escaped(text.charAt(at), at));
                at++;
            } else {
                content.append(c);
            }
        }
        if (at >= text.length()) {
            throw new InvalidFilterException("column " + (start + 1) + ": the quote " + quote + " has no end");
        }
        tokens.add(new Token(Kind.QUOTED, content.toString(), start + 1));
        return at + 1;
    }

    private static char escaped(char c, int at) throws InvalidFilterException {
        return switch (c) {
            case '"', '\\' -> c;
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            default ->
                throw new InvalidFilterException("column " + at + ": \\" + c
                        + " means nothing between double quotes; write \\\\" + c + ", or use backquotes: `...`");
        };
    }

    Token peek() {
        return tokens.get(next);
    }

    Token take() {
        var token = tokens.get(next);
        if (token.kind() != Kind.END) {
            next++;
        }
        return token;
    }

    /** Takes the next when it is this word. */
    boolean takes(String word) {
        return peek().is(word) && take().is(word);
    }

    /** Takes the next when it is this sign. */
    boolean takesSign(String sign) {
        return peek().isSign(sign) && take().isSign(sign);
    }

    static InvalidFilterException unexpected(Token found, String wanted) {
        return new InvalidFilterException(
                "column " + found.column() + ": " + found.said() + " where " + wanted + " is expected");
    }
}
