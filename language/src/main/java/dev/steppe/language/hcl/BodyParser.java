package dev.steppe.language.hcl;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads bodies. After a mistake it goes on at the next line, so that one run finds several. */
final class BodyParser {
    private static final int DIAGNOSTICS_MAX = 20;

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final List<Diagnostic> diagnostics;
    private final boolean quotedNames;

    BodyParser(TokenStream tokens, List<Diagnostic> diagnostics, boolean quotedNames) {
        this.tokens = tokens;
        this.quotedNames = quotedNames;
        this.expressions = new ExpressionParser(tokens);
        this.diagnostics = diagnostics;
    }

    Body file() {
        List<Body.Item> items = new ArrayList<>();
        Map<String, SourceRange> names = new LinkedHashMap<>();
        while (true) {
            items(items, names);
            if (tokens.at(TokenKind.END) || isFull()) {
                break;
            }
            diagnostics.add(Diagnostic.error(
                    tokens.range(tokens.current()),
                    "This \"}\" closes nothing",
                    "Remove it or open a block before it."));
            tokens.advance();
        }
        SourceRange whole = tokens.source().range(0, tokens.source().text().length());
        return new Body(items, whole);
    }

    private boolean isFull() {
        return diagnostics.size() >= DIAGNOSTICS_MAX;
    }

    /** Reads items up to a closing brace or the end, which is left for the caller. */
    private void items(List<Body.Item> items, Map<String, SourceRange> names) {
        tokens.skipNewlines();
        while (!tokens.at(TokenKind.BRACE_CLOSE) && !tokens.at(TokenKind.END) && !isFull()) {
            int nesting = tokens.nesting();
            try {
                Body.Item item = item();
                if (isNew(item, names)) {
                    items.add(item);
                }
                endOfItem();
            } catch (SyntaxException mistake) {
                diagnostics.add(mistake.diagnostic());
                tokens.restoreNesting(nesting);
                tokens.countNewlines(true);
                recover();
            }
            tokens.skipNewlines();
        }
    }

    private boolean isNew(Body.Item item, Map<String, SourceRange> names) {
        if (!(item instanceof Body.Attribute attribute)) {
            return true;
        }
        SourceRange first = names.putIfAbsent(attribute.name(), attribute.nameRange());
        if (first != null) {
            diagnostics.add(Diagnostic.error(
                    attribute.nameRange(),
                    "\"" + attribute.name() + "\" is set twice",
                    "It was set on line " + first.line() + " before."));
        }
        return first == null;
    }

    private void endOfItem() throws SyntaxException {
        if (quotedNames && tokens.at(TokenKind.QUOTE)) {
            return;
        }
        switch (tokens.current().kind()) {
            case NEWLINE, END, BRACE_CLOSE, IDENTIFIER -> {}
            case COMMA ->
                throw tokens.error(
                        tokens.current(), "Attributes of a block are not separated by commas", "Use a new line.");
            default -> throw tokens.expected("a new line or the next attribute");
        }
    }

    private Body.Item item() throws SyntaxException {
        Token name = tokens.current();
        if (name.kind() == TokenKind.QUOTE && quotedNames) {
            Body.Label label = label(name, false);
            if (!tokens.at(TokenKind.ASSIGN)) {
                throw tokens.expected("\"=\" and a value after \"" + label.text() + "\"");
            }
            tokens.advance();
            return new Body.Attribute(label.text(), expressions.attributeValue(), label.range());
        }
        if (name.kind() == TokenKind.QUOTE) {
            throw tokens.error(name, "The name of an attribute or block is not quoted", "Only labels of blocks are.");
        }
        if (name.kind() != TokenKind.IDENTIFIER) {
            throw tokens.expected("the name of an attribute or block");
        }
        tokens.advance();
        if (tokens.at(TokenKind.ASSIGN)) {
            tokens.advance();
            return new Body.Attribute(tokens.text(name), expressions.attributeValue(), tokens.range(name));
        }
        return block(name);
    }

    private Body.Block block(Token type) throws SyntaxException {
        List<Body.Label> labels = new ArrayList<>();
        while (!tokens.at(TokenKind.BRACE_OPEN)) {
            labels.add(label(type, labels.isEmpty()));
        }
        Token open = tokens.current();
        tokens.enter();
        tokens.advance();
        List<Body.Item> items = new ArrayList<>();
        items(items, new LinkedHashMap<>());
        tokens.leave();
        if (!tokens.at(TokenKind.BRACE_CLOSE)) {
            throw tokens.error(
                    open,
                    "The block \"" + tokens.text(type) + "\" does not end",
                    "Expected \"}\" before the end of the file.");
        }
        tokens.advance();
        Body body = new Body(items, tokens.rangeFrom(open.start()));
        return new Body.Block(tokens.text(type), labels, body, tokens.range(type));
    }

    private Body.Label label(Token type, boolean first) throws SyntaxException {
        Token token = tokens.current();
        if (token.kind() == TokenKind.IDENTIFIER) {
            tokens.advance();
            return new Body.Label(tokens.text(token), tokens.range(token));
        }
        if (token.kind() != TokenKind.QUOTE) {
            String name = tokens.text(type);
            throw first
                    ? tokens.expected("\"=\" and a value, or a block's label or \"{\", after \"" + name + "\"")
                    : tokens.expected("another label or \"{\" in the block \"" + name + "\"");
        }
        Expression label = expressions.label();
        if (label instanceof Expression.Literal(Value value, SourceRange range) && value instanceof Value.Text text) {
            return new Body.Label(text.text(), range);
        }
        throw new SyntaxException(
                Diagnostic.error(label.range(), "A label cannot be computed", "Write it as plain text."));
    }

    /** Skips to the end of the line or of the block, over brackets that are opened on the way. */
    private void recover() {
        tokens.restart(tokens.current().start());
        for (int depth = 0; !tokens.at(TokenKind.END); ) {
            TokenKind kind = tokens.current().kind();
            if (depth == 0 && (kind == TokenKind.NEWLINE || kind == TokenKind.BRACE_CLOSE)) {
                return;
            }
            depth += switch (kind) {
                case BRACE_OPEN, BRACKET_OPEN, PARENTHESIS_OPEN -> 1;
                case BRACE_CLOSE, BRACKET_CLOSE, PARENTHESIS_CLOSE -> depth > 0 ? -1 : 0;
                default -> 0;
            };
            if (kind == TokenKind.QUOTE || kind == TokenKind.HEREDOC) {
                skipTemplate(kind);
            } else {
                tokens.advance();
            }
        }
    }

    private void skipTemplate(TokenKind kind) {
        Token token = tokens.current();
        int nesting = tokens.nesting();
        try {
            expressions.label();
        } catch (SyntaxException damaged) {
            tokens.restoreNesting(nesting);
            tokens.countNewlines(true);
            String text = tokens.source().text();
            int lineEnd = text.indexOf('\n', token.end());
            boolean toEnd = kind == TokenKind.HEREDOC || lineEnd < 0;
            tokens.restart(toEnd ? text.length() : lineEnd);
        }
    }
}
