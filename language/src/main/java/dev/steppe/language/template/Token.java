package dev.steppe.language.template;

/** One piece of an action. {@code text} is the piece as written, without the quotes' meaning resolved. */
record Token(Kind kind, String text, int start, int end) {
    enum Kind {
        FIELD,
        VARIABLE,
        IDENTIFIER,
        NUMBER,
        CHARACTER,
        STRING,
        RAW_STRING,
        OPEN,
        CLOSE,
        PIPE,
        DECLARE,
        ASSIGN,
        COMMA,
        DOT,
        SPACE,
        END
    }

    boolean is(Kind other) {
        return kind == other;
    }

    boolean isWord(String word) {
        return kind == Kind.IDENTIFIER && text.equals(word);
    }
}
