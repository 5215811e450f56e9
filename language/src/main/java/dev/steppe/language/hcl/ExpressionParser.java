package dev.steppe.language.hcl;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads expressions: recursive descent for operands, precedence climbing for operators. */
final class ExpressionParser {
    private static final int STEPS_MAX = 200;

    private final TokenStream tokens;
    private final TemplateParser templates;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
        this.templates = new TemplateParser(tokens, this);
    }

    /** Reads a whole expression and refuses one that others could not walk through. */
    Expression attributeValue() throws SyntaxException {
        return checkHeight(expression());
    }

    /** Reads the whole source as a template. */
    Expression template() throws SyntaxException {
        return checkHeight(templates.bare());
    }

    /** Reads the quoted string or heredoc that is the current token. */
    Expression label() throws SyntaxException {
        return tokens.at(TokenKind.HEREDOC) ? templates.heredoc() : templates.quoted();
    }

    private Expression checkHeight(Expression expression) throws SyntaxException {
        List<Expression> level = List.of(expression);
        for (int height = 0; !level.isEmpty(); height++) {
            if (height > Expression.HEIGHT_MAX) {
                throw new SyntaxException(Diagnostic.error(
                        expression.range(), "The expression is too long", "Split it with the help of locals."));
            }
            List<Expression> below = new ArrayList<>();
            for (Expression each : level) {
                below.addAll(each.children());
            }
            level = below;
        }
        return expression;
    }

    Expression expression() throws SyntaxException {
        tokens.enter();
        Expression condition = operators(1);
        if (tokens.at(TokenKind.QUESTION)) {
            tokens.advance();
            Expression yes = expression();
            tokens.take(TokenKind.COLON, "and the value for when the condition is false");
            Expression no = expression();
            condition = new Expression.Conditional(
                    condition, yes, no, condition.range().to(no.range()));
        }
        tokens.leave();
        return condition;
    }

    private Expression operators(int precedenceMin) throws SyntaxException {
        Expression left = operand();
        for (Optional<Operator> next = operator(precedenceMin); next.isPresent(); next = operator(precedenceMin)) {
            Operator operator = next.get();
            tokens.advance();
            Expression right = operators(operator.precedence() + 1);
            left = new Expression.Binary(operator, left, right, left.range().to(right.range()));
        }
        return left;
    }

    private Optional<Operator> operator(int precedenceMin) {
        TokenKind kind = tokens.current().kind();
        for (Operator operator : Operator.values()) {
            if (operator.token() == kind
                    && operator.precedence() >= precedenceMin
                    && operator != Operator.NEGATE
                    && operator != Operator.NOT) {
                return Optional.of(operator);
            }
        }
        return Optional.empty();
    }

    private Expression operand() throws SyntaxException {
        Token first = tokens.current();
        if (first.kind() == TokenKind.MINUS || first.kind() == TokenKind.NOT) {
            tokens.enter();
            tokens.advance();
            Expression operand = operand();
            tokens.leave();
            Operator operator = first.kind() == TokenKind.MINUS ? Operator.NEGATE : Operator.NOT;
            return new Expression.Unary(operator, operand, tokens.rangeFrom(first.start()));
        }
        boolean extendable = first.kind() != TokenKind.PARENTHESIS_OPEN;
        return steps(primary(), extendable);
    }

    /** Reads what follows an operand: attributes, indexes, splats. */
    private Expression steps(Expression operand, boolean extendable) throws SyntaxException {
        Expression source = operand;
        boolean reference = extendable && source instanceof Expression.Reference;
        while (true) {
            if (tokens.at(TokenKind.DOT)) {
                tokens.advance();
                if (tokens.at(TokenKind.STAR)) {
                    source = attributeSplat(source);
                } else {
                    source = namedStep(source, reference);
                }
            } else if (tokens.at(TokenKind.BRACKET_OPEN)) {
                source = indexStep(source, reference);
            } else {
                return source;
            }
            reference = reference && source instanceof Expression.Reference;
        }
    }

    private Expression namedStep(Expression source, boolean reference) throws SyntaxException {
        Token name = tokens.current();
        if (name.kind() == TokenKind.IDENTIFIER) {
            tokens.advance();
            return step(source, Value.of(tokens.text(name)), name, reference);
        }
        if (name.kind() != TokenKind.NUMBER) {
            throw tokens.expected("a name after the dot");
        }
        tokens.advance();
        Expression stepped = source;
        for (String index : tokens.text(name).split("\\.", -1)) {
            Value number = Conversion.parseNumber(index)
                    .map(Value::of)
                    .orElseThrow(() -> tokens.error(name, "Not an index", ""));
            stepped = step(stepped, number, name, reference);
        }
        return stepped;
    }

    private Expression step(Expression source, Value key, Token at, boolean reference) throws SyntaxException {
        SourceRange range = tokens.rangeFrom(source.range().start());
        if (reference && source instanceof Expression.Reference(String root, List<Value> steps, SourceRange _)) {
            if (steps.size() == STEPS_MAX) {
                throw tokens.error(at, "More than " + STEPS_MAX + " steps into one value", "");
            }
            List<Value> longer = new ArrayList<>(steps);
            longer.add(key);
            return new Expression.Reference(root, longer, range);
        }
        return new Expression.Index(source, new Expression.Literal(key, tokens.range(at)), range);
    }

    private Expression indexStep(Expression source, boolean reference) throws SyntaxException {
        Token open = tokens.current();
        boolean before = tokens.countNewlines(false);
        tokens.advance();
        if (tokens.at(TokenKind.STAR) && tokens.peek().kind() == TokenKind.BRACKET_CLOSE) {
            tokens.advance();
            close(TokenKind.BRACKET_CLOSE, before, "");
            tokens.enter();
            Expression each = steps(element(open), true);
            tokens.leave();
            return new Expression.Splat(
                    source, each, tokens.rangeFrom(source.range().start()));
        }
        Expression key = expression();
        close(TokenKind.BRACKET_CLOSE, before, "after the index");
        if (key instanceof Expression.Literal(Value literal, SourceRange _)) {
            return step(source, literal, open, reference);
        }
        return new Expression.Index(source, key, tokens.rangeFrom(source.range().start()));
    }

    private Expression attributeSplat(Expression source) throws SyntaxException {
        Token star = tokens.current();
        tokens.advance();
        Expression each = element(star);
        while (tokens.at(TokenKind.DOT) && tokens.peek().kind() != TokenKind.STAR) {
            tokens.advance();
            each = namedStep(each, true);
        }
        return new Expression.Splat(
                source, each, tokens.rangeFrom(source.range().start()));
    }

    private Expression element(Token at) {
        return new Expression.Reference(Expression.Splat.ELEMENT, List.of(), tokens.range(at));
    }

    private void close(TokenKind kind, boolean newlinesBefore, String purpose) throws SyntaxException {
        if (!tokens.at(kind)) {
            throw tokens.expected((kind.words + " " + purpose).strip());
        }
        tokens.countNewlines(newlinesBefore);
        tokens.advance();
    }

    private Expression primary() throws SyntaxException {
        Token first = tokens.current();
        return switch (first.kind()) {
            case NUMBER -> number(first);
            case IDENTIFIER -> named(first);
            case QUOTE -> templates.quoted();
            case HEREDOC -> templates.heredoc();
            case PARENTHESIS_OPEN -> {
                boolean before = tokens.countNewlines(false);
                tokens.advance();
                Expression inner = expression();
                close(TokenKind.PARENTHESIS_CLOSE, before, "");
                yield inner;
            }
            case BRACKET_OPEN -> list(first);
            case BRACE_OPEN -> object(first);
            default -> throw notExpression(first);
        };
    }

    private SyntaxException notExpression(Token found) {
        if (found.kind() == TokenKind.INVALID && tokens.text(found).startsWith("<<")) {
            return tokens.error(
                    found, "A heredoc starts with \"<<NAME\" or \"<<-NAME\" and nothing else on the line", "");
        }
        if (found.kind() == TokenKind.INVALID && tokens.text(found).equals("'")) {
            return tokens.error(found, "Single quotes have no meaning here", "Write strings in double quotes.");
        }
        return tokens.expected("a value");
    }

    private Expression number(Token token) throws SyntaxException {
        String text = tokens.text(token);
        tokens.advance();
        Token after = tokens.current();
        if (after.kind() == TokenKind.IDENTIFIER && after.start() == token.end()) {
            throw tokens.error(
                    token.start(),
                    after.end(),
                    "A number cannot have a unit",
                    "Write it as a string: \"" + text + tokens.text(after) + "\".");
        }
        Value value = Conversion.parseNumber(text)
                .map(Value::of)
                .orElseThrow(() -> tokens.error(token, "The number is too large", ""));
        return new Expression.Literal(value, tokens.range(token));
    }

    private Expression named(Token token) throws SyntaxException {
        String name = tokens.text(token);
        tokens.advance();
        if (tokens.at(TokenKind.PARENTHESIS_OPEN)) {
            return call(name, token);
        }
        return switch (name) {
            case "true" -> new Expression.Literal(Value.of(true), tokens.range(token));
            case "false" -> new Expression.Literal(Value.of(false), tokens.range(token));
            case "null" -> new Expression.Literal(Value.none(), tokens.range(token));
            default -> new Expression.Reference(name, List.of(), tokens.range(token));
        };
    }

    private Expression call(String name, Token nameToken) throws SyntaxException {
        boolean before = tokens.countNewlines(false);
        tokens.advance();
        List<Expression> arguments = new ArrayList<>();
        boolean expand = false;
        while (!tokens.at(TokenKind.PARENTHESIS_CLOSE)) {
            arguments.add(expression());
            if (tokens.at(TokenKind.ELLIPSIS)) {
                tokens.advance();
                expand = true;
                break;
            }
            if (!tokens.at(TokenKind.COMMA)) {
                break;
            }
            tokens.advance();
        }
        close(TokenKind.PARENTHESIS_CLOSE, before, "or \",\" after the argument");
        SourceRange range = tokens.rangeFrom(nameToken.start());
        return new Expression.Call(name, arguments, expand, tokens.range(nameToken), range);
    }

    private Expression list(Token open) throws SyntaxException {
        boolean before = tokens.countNewlines(false);
        tokens.advance();
        if (startsLoop()) {
            Loop loop = loopHead();
            Expression value = expression();
            Optional<Expression> condition = loopCondition();
            close(TokenKind.BRACKET_CLOSE, before, "at the end of the for expression");
            return new Expression.ForList(loop.with(condition), value, tokens.rangeFrom(open.start()));
        }
        List<Expression> elements = new ArrayList<>();
        while (!tokens.at(TokenKind.BRACKET_CLOSE)) {
            elements.add(expression());
            if (!tokens.at(TokenKind.COMMA)) {
                break;
            }
            tokens.advance();
        }
        close(TokenKind.BRACKET_CLOSE, before, "or \",\" after the list element");
        return new Expression.ListOf(elements, tokens.rangeFrom(open.start()));
    }

    private boolean startsLoop() {
        return tokens.atName("for") && tokens.peek().kind() == TokenKind.IDENTIFIER;
    }

    private Expression object(Token open) throws SyntaxException {
        boolean before = tokens.countNewlines(false);
        tokens.advance();
        if (startsLoop()) {
            return objectLoop(open, before);
        }
        tokens.countNewlines(true);
        List<Expression.Entry> entries = new ArrayList<>();
        while (!tokens.at(TokenKind.BRACE_CLOSE)) {
            entries.add(entry());
            if (tokens.at(TokenKind.COMMA)) {
                tokens.advance();
            } else if (!tokens.at(TokenKind.NEWLINE) && !tokens.at(TokenKind.BRACE_CLOSE)) {
                throw tokens.expected("\",\", a new line or \"}\" after the entry");
            }
            tokens.skipNewlines();
        }
        close(TokenKind.BRACE_CLOSE, before, "");
        return new Expression.ObjectOf(entries, tokens.rangeFrom(open.start()));
    }

    private Expression.Entry entry() throws SyntaxException {
        Token first = tokens.current();
        TokenKind second = tokens.peek().kind();
        Expression key;
        if (first.kind() == TokenKind.IDENTIFIER && (second == TokenKind.ASSIGN || second == TokenKind.COLON)) {
            key = new Expression.Literal(Value.of(tokens.text(first)), tokens.range(first));
            tokens.advance();
        } else {
            key = expression();
        }
        if (!tokens.at(TokenKind.ASSIGN) && !tokens.at(TokenKind.COLON)) {
            throw tokens.expected("\"=\" or \":\" after the key");
        }
        tokens.advance();
        return new Expression.Entry(key, expression());
    }

    private Expression objectLoop(Token open, boolean before) throws SyntaxException {
        Loop loop = loopHead();
        Expression key = expression();
        tokens.take(TokenKind.ARROW, "between the key and the value");
        Expression value = expression();
        boolean grouping = tokens.at(TokenKind.ELLIPSIS);
        if (grouping) {
            tokens.advance();
        }
        Optional<Expression> condition = loopCondition();
        close(TokenKind.BRACE_CLOSE, before, "at the end of the for expression");
        SourceRange range = tokens.rangeFrom(open.start());
        return new Expression.ForObject(loop.with(condition), key, value, grouping, range);
    }

    private record Loop(String keyName, String valueName, Expression collection) {
        Expression.Iteration with(Optional<Expression> condition) {
            return new Expression.Iteration(keyName, valueName, collection, condition);
        }
    }

    private Loop loopHead() throws SyntaxException {
        Loop loop = iteration();
        tokens.take(TokenKind.COLON, "after the collection of the for expression");
        return loop;
    }

    /** Reads {@code for k, v in collection}. */
    private Loop iteration() throws SyntaxException {
        tokens.advance();
        String keyName = "";
        String valueName = tokens.text(tokens.take(TokenKind.IDENTIFIER, "for the element"));
        if (tokens.at(TokenKind.COMMA)) {
            tokens.advance();
            keyName = valueName;
            valueName = tokens.text(tokens.take(TokenKind.IDENTIFIER, "for the element"));
        }
        if (!tokens.atName("in")) {
            throw tokens.expected("\"in\" and a collection");
        }
        tokens.advance();
        return new Loop(keyName, valueName, expression());
    }

    /** The head of a {@code %{for}} directive; the current token is its {@code for}. */
    Expression.Iteration directiveLoop() throws SyntaxException {
        return iteration().with(Optional.empty());
    }

    private Optional<Expression> loopCondition() throws SyntaxException {
        if (!tokens.atName("if")) {
            return Optional.empty();
        }
        tokens.advance();
        return Optional.of(expression());
    }
}
