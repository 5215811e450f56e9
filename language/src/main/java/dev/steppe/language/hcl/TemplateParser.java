package dev.steppe.language.hcl;

import dev.steppe.language.source.SourceRange;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads templates character by character: first to a flat list of parts (texts, interpolations, directives), then, when
 * blanks next to {@code ~} and the indentation of {@code <<-} heredocs are gone, to a tree.
 */
final class TemplateParser {
    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final String text;

    TemplateParser(TokenStream tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
        this.text = tokens.source().text();
    }

    /** Where a template ends. */
    private enum Form {
        QUOTED,
        HEREDOC,
        BARE
    }

    /** The template after the quote that is the current token. */
    Expression quoted() throws SyntaxException {
        Token quote = tokens.current();
        Scan scan = new Scan(Form.QUOTED, "", quote.end());
        scan.run(quote);
        tokens.restart(scan.position + 1);
        return tree(scan.parts, tokens.rangeFrom(quote.start()));
    }

    /** The heredoc whose head is the current token; the current token afterwards is the line end behind its end mark. */
    Expression heredoc() throws SyntaxException {
        Token head = tokens.current();
        String words = tokens.text(head).strip();
        boolean flush = words.startsWith("<<-");
        Scan scan = new Scan(Form.HEREDOC, words.substring(flush ? 3 : 2), head.end());
        scan.run(head);
        if (flush) {
            Indentation.remove(scan.parts);
        }
        int end = text.indexOf(scan.endMark, scan.position) + scan.endMark.length();
        tokens.restart(end);
        return tree(scan.parts, tokens.rangeFrom(head.start()));
    }

    /** The whole source. */
    Expression bare() throws SyntaxException {
        Scan scan = new Scan(Form.BARE, "", 0);
        scan.run(tokens.current());
        return tree(scan.parts, tokens.source().range(0, text.length()));
    }

    private Expression tree(List<TemplatePart> parts, SourceRange range) throws SyntaxException {
        if (parts.size() == 1 && parts.getFirst() instanceof TemplatePart.Interpolation interpolation) {
            return interpolation.expression();
        }
        Tree tree = new Tree(parts);
        List<Expression> content = tree.content(TemplatePart.Keyword.END);
        return asTemplate(content, range);
    }

    private static Expression asTemplate(List<Expression> content, SourceRange range) {
        if (content.isEmpty()) {
            return new Expression.Literal(Value.of(""), range);
        }
        if (content.size() == 1
                && content.getFirst() instanceof Expression.Literal(Value literal, SourceRange _)
                && literal instanceof Value.Text) {
            return new Expression.Literal(literal, range);
        }
        return new Expression.Template(content, range);
    }

    /** Cuts a template into parts. */
    private final class Scan {
        private final Form form;
        private final String endMark;
        private final List<TemplatePart> parts = new ArrayList<>();
        private final StringBuilder literal = new StringBuilder();
        private int literalStart;
        private int position;
        private boolean trimNext;

        Scan(Form form, String endMark, int position) {
            this.form = form;
            this.endMark = endMark;
            this.position = position;
            this.literalStart = position;
        }

        /** Reads to the end; after a mistake the opening is the current token again, so that it can be skipped. */
        void run(Token opening) throws SyntaxException {
            try {
                scan(opening);
            } catch (SyntaxException mistake) {
                tokens.restart(opening.start());
                throw mistake;
            }
        }

        private void scan(Token opening) throws SyntaxException {
            tokens.enter();
            boolean lineStart = true;
            while (!atEnd(opening, lineStart)) {
                char c = text.charAt(position);
                lineStart = false;
                if ((c == '$' || c == '%') && text.startsWith("{", position + 1)) {
                    sequence(c);
                } else if ((c == '$' || c == '%') && text.startsWith(c + "{", position + 1)) {
                    literal.append(c).append('{');
                    position += 3;
                } else if (c == '\\' && form == Form.QUOTED) {
                    escape();
                } else {
                    literal.append(c);
                    position++;
                    if (c == '\n' && form != Form.QUOTED) {
                        lineStart = true;
                        flushLiteral(false);
                    }
                }
            }
            flushLiteral(false);
            tokens.leave();
        }

        private boolean atEnd(Token opening, boolean lineStart) throws SyntaxException {
            if (position >= text.length()) {
                if (form == Form.BARE) {
                    return true;
                }
                String missing = form == Form.QUOTED ? "quote" : "line with only \"" + endMark + "\"";
                throw tokens.error(
                        opening.start(),
                        Math.min(opening.end(), text.length()),
                        form == Form.QUOTED ? "The string does not end" : "The heredoc does not end",
                        "Expected a closing " + missing + ".");
            }
            char c = text.charAt(position);
            if (form == Form.QUOTED && (c == '\n' || c == '\r')) {
                throw tokens.error(
                        opening.start(),
                        position,
                        "The string does not end on its line",
                        "Close it with a quote, write line ends as \\n, or use a heredoc (<<EOT).");
            }
            return form == Form.QUOTED ? c == '"' : form == Form.HEREDOC && lineStart && atEndMark();
        }

        private boolean atEndMark() {
            int mark = position;
            while (mark < text.length() && (text.charAt(mark) == ' ' || text.charAt(mark) == '\t')) {
                mark++;
            }
            if (!text.startsWith(endMark, mark)) {
                return false;
            }
            int after = mark + endMark.length();
            while (after < text.length() && " \t\r".indexOf(text.charAt(after)) >= 0) {
                after++;
            }
            return after == text.length() || text.charAt(after) == '\n';
        }

        private void flushLiteral(boolean trimEnd) {
            String content = literal.toString();
            if (trimNext && !content.isEmpty()) {
                content = content.stripLeading();
                trimNext = false;
            }
            if (trimEnd) {
                content = content.stripTrailing();
            }
            if (!content.isEmpty()) {
                parts.add(new TemplatePart.Literal(content, tokens.source().range(literalStart, position)));
            }
            literal.setLength(0);
            literalStart = position;
        }

        private void escape() throws SyntaxException {
            int start = position;
            char kind = start + 1 < text.length() ? text.charAt(start + 1) : '\0';
            position += 2;
            switch (kind) {
                case 'n' -> literal.append('\n');
                case 'r' -> literal.append('\r');
                case 't' -> literal.append('\t');
                case '"' -> literal.append('"');
                case '\\' -> literal.append('\\');
                case 'u' -> codePoint(start, 4);
                case 'U' -> codePoint(start, 8);
                default ->
                    throw tokens.error(
                            start,
                            Math.min(start + 2, text.length()),
                            "Unknown escape in a string",
                            "Known are \\n \\r \\t \\\" \\\\ \\uXXXX \\UXXXXXXXX; write a backslash as \\\\.");
            }
        }

        private void codePoint(int start, int digits) throws SyntaxException {
            int end = Math.min(position + digits, text.length());
            String hex = text.substring(position, end);
            boolean valid = hex.length() == digits && hex.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
            long code = valid ? Long.parseLong(hex, 16) : -1;
            if (code < 0 || code > Character.MAX_CODE_POINT) {
                throw tokens.error(start, end, "Expected " + digits + " hexadecimal digits of a character", "");
            }
            literal.appendCodePoint((int) code);
            position = end;
        }

        /** An interpolation or a directive; stands on its first character. */
        private void sequence(char kind) throws SyntaxException {
            int start = position;
            boolean trimBefore = text.startsWith("~", start + 2);
            boolean atLineStart = literal.isEmpty();
            flushLiteral(trimBefore);
            if (trimBefore && atLineStart) {
                trimLast();
            }
            trimNext = false;
            boolean newlines = tokens.countNewlines(false);
            tokens.restart(start + (trimBefore ? 3 : 2));
            TemplatePart part = kind == '$' ? interpolation(start) : directive(start);
            boolean trimAfter = tokens.at(TokenKind.TILDE);
            if (trimAfter) {
                tokens.advance();
            }
            if (!tokens.at(TokenKind.BRACE_CLOSE)) {
                throw tokens.expected("\"}\" at the end of the template sequence");
            }
            position = tokens.position();
            tokens.countNewlines(newlines);
            parts.add(part);
            trimNext = trimAfter;
            literalStart = position;
        }

        /** In heredocs each line is a part: a sequence in front of which its line has nothing takes the blanks of the line before. */
        private void trimLast() {
            if (!parts.isEmpty()
                    && parts.getLast() instanceof TemplatePart.Literal(String content, SourceRange range)) {
                parts.removeLast();
                String stripped = content.stripTrailing();
                if (!stripped.isEmpty()) {
                    parts.add(new TemplatePart.Literal(stripped, range));
                }
            }
        }

        private TemplatePart interpolation(int start) throws SyntaxException {
            Expression expression = expressions.expression();
            return new TemplatePart.Interpolation(expression, tokens.source().range(start, start + 2));
        }

        private TemplatePart directive(int start) throws SyntaxException {
            Token word = tokens.current();
            SourceRange range = tokens.source().range(start, Math.max(start, word.end()));
            String name = word.kind() == TokenKind.IDENTIFIER ? tokens.text(word) : "";
            switch (name) {
                case "for" -> {
                    return new TemplatePart.For(expressions.directiveLoop(), range);
                }
                case "if" -> {
                    tokens.advance();
                    return new TemplatePart.If(expressions.expression(), range);
                }
                case "else", "endif", "endfor" -> {
                    tokens.advance();
                    TemplatePart.Keyword keyword = name.equals("else")
                            ? TemplatePart.Keyword.ELSE
                            : name.equals("endif") ? TemplatePart.Keyword.END_IF : TemplatePart.Keyword.END_FOR;
                    return new TemplatePart.Mark(keyword, range);
                }
                default ->
                    throw tokens.error(
                            word,
                            "Unknown template directive",
                            "Known are if, else, endif, for, endfor; write \"%%{\" for the text \"%{\".");
            }
        }
    }

    /** Builds the tree from the flat parts. */
    private final class Tree {
        private final List<TemplatePart> parts;
        private int next;

        Tree(List<TemplatePart> parts) {
            this.parts = parts;
        }

        /** Expressions up to a mark, which is left for the caller; {@code END} stands for the end of the template. */
        List<Expression> content(TemplatePart.Keyword until) throws SyntaxException {
            tokens.enter();
            List<Expression> content = new ArrayList<>();
            while (next < parts.size()) {
                TemplatePart part = parts.get(next);
                if (part instanceof TemplatePart.Mark(TemplatePart.Keyword keyword, SourceRange range)) {
                    if (until == TemplatePart.Keyword.END) {
                        throw tokens.error(
                                range.start(), range.end(), "\"" + keyword.word + "\" closes nothing here", "");
                    }
                    break;
                }
                next++;
                content.add(expression(part));
            }
            tokens.leave();
            return content;
        }

        private Expression expression(TemplatePart part) throws SyntaxException {
            return switch (part) {
                case TemplatePart.Literal(String literal, SourceRange range) ->
                    new Expression.Literal(Value.of(literal), range);
                case TemplatePart.Interpolation(Expression inner, SourceRange _) -> inner;
                case TemplatePart.If branch -> conditional(branch);
                case TemplatePart.For loop -> {
                    List<Expression> body = content(TemplatePart.Keyword.END_FOR);
                    close(TemplatePart.Keyword.END_FOR, loop.range());
                    yield new Expression.ForText(loop.iteration(), asTemplate(body, loop.range()), loop.range());
                }
                case TemplatePart.Mark _ -> throw new IllegalStateException("marks end a content");
            };
        }

        private Expression conditional(TemplatePart.If branch) throws SyntaxException {
            Expression yes = new Expression.Template(content(TemplatePart.Keyword.END_IF), branch.range());
            List<Expression> no = List.of();
            if (nextKeyword()
                    .filter(found -> found == TemplatePart.Keyword.ELSE)
                    .isPresent()) {
                next++;
                no = content(TemplatePart.Keyword.END_IF);
            }
            close(TemplatePart.Keyword.END_IF, branch.range());
            return new Expression.Conditional(
                    branch.condition(), yes, new Expression.Template(no, branch.range()), branch.range());
        }

        private Optional<TemplatePart.Keyword> nextKeyword() {
            return next < parts.size() && parts.get(next) instanceof TemplatePart.Mark mark
                    ? Optional.of(mark.keyword())
                    : Optional.empty();
        }

        private void close(TemplatePart.Keyword keyword, SourceRange opening) throws SyntaxException {
            if (!nextKeyword().equals(Optional.of(keyword))) {
                throw tokens.error(
                        opening.start(),
                        opening.end(),
                        "The directive is not closed",
                        "Expected \"%{ " + keyword.word + " }\".");
            }
            next++;
        }
    }
}
