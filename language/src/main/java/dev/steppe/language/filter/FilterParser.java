package dev.steppe.language.filter;

import dev.steppe.language.filter.FilterTokens.Kind;
import dev.steppe.language.filter.FilterTokens.Token;
import dev.steppe.language.pattern.InvalidPatternException;
import dev.steppe.language.pattern.LinearPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * From words to a condition, by recursive descent:
 *
 * <pre>
 * or         = and { "or" and }
 * and        = not { "and" not }
 * not        = "not" not | "(" or ")" | each | comparison
 * each       = ("any" | "all") selector "as" name ["," name] "{" or "}"
 * comparison = selector ("==" | "!=" | ["not"] "contains" | ["not"] "matches") value
 *            | selector "is" ["not"] "empty"
 *            | value ["not"] "in" selector
 * selector   = word { "[" quoted "]" } | quoted beginning with "/"
 * value      = word | quoted
 * </pre>
 */
final class FilterParser {
    private static final int DEPTH_MAX = 64;
    private static final String OPERATOR = "==, !=, in, contains, matches, is empty, or one of them with not";

    private final FilterTokens tokens;
    private final SortedSet<String> fields = new TreeSet<>();
    private final List<String> bound = new ArrayList<>();
    private int depth;

    FilterParser(FilterTokens tokens) {
        this.tokens = tokens;
    }

    SortedSet<String> fields() {
        return fields;
    }

    Condition parse() throws InvalidFilterException {
        if (tokens.peek().kind() == Kind.END) {
            throw new InvalidFilterException("it is empty");
        }
        var condition = or();
        var rest = tokens.peek();
        if (rest.kind() != Kind.END) {
            throw FilterTokens.unexpected(rest, "\"and\", \"or\" or the end");
        }
        return condition;
    }

    private Condition or() throws InvalidFilterException {
        if (++depth > DEPTH_MAX) {
            throw new InvalidFilterException("it is nested more than " + DEPTH_MAX + " deep");
        }
        var parts = new ArrayList<Condition>(List.of(and()));
        while (tokens.takes("or")) {
            parts.add(and());
        }
        depth--;
        return parts.size() == 1 ? parts.getFirst() : new Condition.Any(List.copyOf(parts));
    }

    private Condition and() throws InvalidFilterException {
        var parts = new ArrayList<Condition>(List.of(not()));
        while (tokens.takes("and")) {
            parts.add(not());
        }
        return parts.size() == 1 ? parts.getFirst() : new Condition.All(List.copyOf(parts));
    }

    private Condition not() throws InvalidFilterException {
        boolean negated = false;
        while (tokens.takes("not")) {
            negated = !negated;
        }
        var condition = one();
        return negated ? new Condition.Not(condition) : condition;
    }

    private Condition one() throws InvalidFilterException {
        if (tokens.takesSign("(")) {
            var inner = or();
            expectSign(")");
            return inner;
        }
        var first = tokens.take();
        boolean isWord = tokens.peek().kind() == Kind.WORD || tokens.peek().kind() == Kind.QUOTED;
        boolean each = (first.is("any") || first.is("all")) && isWord && !isOperator(tokens.peek());
        return each ? each(first.is("all")) : comparison(first);
    }

    private static boolean isOperator(Token token) {
        return token.is("in") || token.is("not") || token.is("is") || token.is("contains") || token.is("matches");
    }

    private Condition each(boolean all) throws InvalidFilterException {
        var selector = selector(tokens.take());
        if (!tokens.takes("as")) {
            throw FilterTokens.unexpected(tokens.peek(), "\"as\" and a name for what is in " + selector);
        }
        var names = new ArrayList<String>(List.of(name()));
        if (tokens.takesSign(",")) {
            names.add(name());
        }
        expectSign("{");
        bound.addAll(names);
        var inner = or();
        bound.subList(bound.size() - names.size(), bound.size()).clear();
        expectSign("}");
        boolean both = names.size() == 2;
        return new Condition.Each(
                all, selector, both ? key(names.getFirst()) : Optional.empty(), key(names.getLast()), inner);
    }

    /** An underscore is for what is of no interest. */
    private static Optional<String> key(String name) {
        return name.equals("_") ? Optional.empty() : Optional.of(name);
    }

    private String name() throws InvalidFilterException {
        var name = tokens.take();
        if (name.kind() != Kind.WORD || name.text().contains(".")) {
            throw FilterTokens.unexpected(name, "a name");
        }
        return name.text();
    }

    private Condition comparison(Token first) throws InvalidFilterException {
        if (first.kind() != Kind.WORD && first.kind() != Kind.QUOTED) {
            throw FilterTokens.unexpected(first, "a condition");
        }
        var after = tokens.peek();
        if (after.is("in")) {
            tokens.take();
            return new Condition.Contains(selector(tokens.take()), first.text());
        }
        if (after.is("not")) {
            tokens.take();
            if (tokens.takes("in")) {
                return new Condition.Not(new Condition.Contains(selector(tokens.take()), first.text()));
            }
            return new Condition.Not(ofSelector(selector(first), tokens.take(), "\"in\", \"contains\" or \"matches\""));
        }
        var selector = selector(first);
        var operator = tokens.take();
        return switch (operator.text()) {
            case "==" -> new Condition.Equal(selector, value());
            case "!=" -> new Condition.Not(new Condition.Equal(selector, value()));
            case "is" -> {
                boolean negated = tokens.takes("not");
                if (!tokens.takes("empty")) {
                    throw FilterTokens.unexpected(tokens.peek(), "\"empty\"");
                }
                yield negated ? new Condition.Not(new Condition.Empty(selector)) : new Condition.Empty(selector);
            }
            default -> ofSelector(selector, operator, OPERATOR);
        };
    }

    private Condition ofSelector(Selector selector, Token operator, String wanted) throws InvalidFilterException {
        if (operator.is("contains")) {
            return new Condition.Contains(selector, value());
        }
        if (operator.is("matches")) {
            String expression = value();
            try {
                return new Condition.Matches(selector, LinearPattern.compile(expression));
            } catch (InvalidPatternException wrong) {
                throw new InvalidFilterException("\"" + expression + "\" is no regular expression: " + wrong.reason());
            }
        }
        throw FilterTokens.unexpected(operator, wanted);
    }

    private String value() throws InvalidFilterException {
        var value = tokens.take();
        if (value.kind() != Kind.WORD && value.kind() != Kind.QUOTED) {
            throw FilterTokens.unexpected(value, "a value");
        }
        return value.text();
    }

    private Selector selector(Token first) throws InvalidFilterException {
        var path = new ArrayList<String>();
        if (first.kind() == Kind.QUOTED && first.text().startsWith("/")) {
            for (String part : first.text().substring(1).split("/", -1)) {
                path.add(part.replace("~1", "/").replace("~0", "~"));
            }
        } else if (first.kind() == Kind.WORD) {
            addParts(path, first, first.text());
            while (tokens.takesSign("[")) {
                var key = tokens.take();
                if (key.kind() != Kind.QUOTED) {
                    throw FilterTokens.unexpected(key, "a name in quotes");
                }
                path.add(key.text());
                expectSign("]");
                if (tokens.peek().kind() == Kind.WORD && tokens.peek().text().startsWith(".")) {
                    var more = tokens.take();
                    addParts(path, more, more.text().substring(1));
                }
            }
        } else {
            throw FilterTokens.unexpected(first, "the name of a field");
        }
        if (!bound.contains(path.getFirst())) {
            fields.add(path.getFirst());
        }
        return new Selector(path);
    }

    private static void addParts(List<String> path, Token token, String text) throws InvalidFilterException {
        for (String part : text.split("\\.", -1)) {
            if (part.isEmpty()) {
                throw FilterTokens.unexpected(token, "the name of a field, with a single dot between its parts,");
            }
            path.add(part);
        }
    }

    private void expectSign(String sign) throws InvalidFilterException {
        if (!tokens.takesSign(sign)) {
            throw FilterTokens.unexpected(tokens.peek(), "\"" + sign + "\"");
        }
    }
}
