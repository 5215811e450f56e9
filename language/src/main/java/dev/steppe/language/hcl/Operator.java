package dev.steppe.language.hcl;

/** The operators; a higher precedence binds tighter. */
public enum Operator {
    OR("||", 1, TokenKind.OR),
    AND("&&", 2, TokenKind.AND),
    EQUAL("==", 3, TokenKind.EQUAL),
    NOT_EQUAL("!=", 3, TokenKind.NOT_EQUAL),
    GREATER(">", 4, TokenKind.GREATER),
    GREATER_OR_EQUAL(">=", 4, TokenKind.GREATER_OR_EQUAL),
    LESS("<", 4, TokenKind.LESS),
    LESS_OR_EQUAL("<=", 4, TokenKind.LESS_OR_EQUAL),
    ADD("+", 5, TokenKind.PLUS),
    SUBTRACT("-", 5, TokenKind.MINUS),
    MULTIPLY("*", 6, TokenKind.STAR),
    DIVIDE("/", 6, TokenKind.SLASH),
    REMAINDER("%", 6, TokenKind.PERCENT),
    /** Before its operand. */
    NEGATE("-", 7, TokenKind.MINUS),
    /** Before its operand. */
    NOT("!", 7, TokenKind.NOT);

    private final String symbol;
    private final int precedence;
    private final TokenKind token;

    Operator(String symbol, int precedence, TokenKind token) {
        this.symbol = symbol;
        this.precedence = precedence;
        this.token = token;
    }

    public String symbol() {
        return symbol;
    }

    int precedence() {
        return precedence;
    }

    TokenKind token() {
        return token;
    }
}
