package dev.steppe.language.hcl;

/** The kinds of tokens outside of templates, each with the words for it in messages. */
enum TokenKind {
    IDENTIFIER("a name"),
    NUMBER("a number"),
    QUOTE("a quoted string"),
    HEREDOC("a heredoc"),
    NEWLINE("the end of the line"),
    END("the end of the file"),
    BRACE_OPEN("\"{\""),
    BRACE_CLOSE("\"}\""),
    BRACKET_OPEN("\"[\""),
    BRACKET_CLOSE("\"]\""),
    PARENTHESIS_OPEN("\"(\""),
    PARENTHESIS_CLOSE("\")\""),
    ASSIGN("\"=\""),
    EQUAL("\"==\""),
    NOT_EQUAL("\"!=\""),
    NOT("\"!\""),
    LESS("\"<\""),
    LESS_OR_EQUAL("\"<=\""),
    GREATER("\">\""),
    GREATER_OR_EQUAL("\">=\""),
    ARROW("\"=>\""),
    PLUS("\"+\""),
    MINUS("\"-\""),
    STAR("\"*\""),
    SLASH("\"/\""),
    PERCENT("\"%\""),
    AND("\"&&\""),
    OR("\"||\""),
    QUESTION("\"?\""),
    COLON("\":\""),
    COMMA("\",\""),
    DOT("\".\""),
    ELLIPSIS("\"...\""),
    TILDE("\"~\""),
    UNTERMINATED_COMMENT("a comment that does not end"),
    INVALID("a character that has no meaning here");

    final String words;

    TokenKind(String words) {
        this.words = words;
    }
}
