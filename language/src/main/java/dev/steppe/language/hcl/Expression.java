package dev.steppe.language.hcl;

import dev.steppe.language.source.SourceRange;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A node of the syntax tree that yields a value. The tree is at most {@link #HEIGHT_MAX} levels high. */
public sealed interface Expression {
    /** Higher trees are refused while reading, so that everything may walk them by recursion. */
    int HEIGHT_MAX = 1_000;

    SourceRange range();

    /** The expressions this one is made of, in the order they were written. */
    List<Expression> children();

    /** A value written down. */
    record Literal(Value value, SourceRange range) implements Expression {
        @Override
        public List<Expression> children() {
            return List.of();
        }
    }

    /** A variable and the fixed steps into it: {@code root.name["key"][0]}. */
    record Reference(String root, List<Value> steps, SourceRange range) implements Expression {
        public Reference {
            steps = List.copyOf(steps);
        }

        @Override
        public List<Expression> children() {
            return List.of();
        }
    }

    /** Texts and expressions put together to one text. */
    record Template(List<Expression> parts, SourceRange range) implements Expression {
        public Template {
            parts = List.copyOf(parts);
        }

        @Override
        public List<Expression> children() {
            return parts;
        }
    }

    /** Elements in square brackets. */
    record ListOf(List<Expression> elements, SourceRange range) implements Expression {
        public ListOf {
            elements = List.copyOf(elements);
        }

        @Override
        public List<Expression> children() {
            return elements;
        }
    }

    /** Entries in braces. */
    record ObjectOf(List<Entry> entries, SourceRange range) implements Expression {
        public ObjectOf {
            entries = List.copyOf(entries);
        }

        @Override
        public List<Expression> children() {
            return entries.stream()
                    .flatMap(entry -> Stream.of(entry.key(), entry.value()))
                    .toList();
        }
    }

    /** A key, a bare name being a literal, and its value. */
    record Entry(Expression key, Expression value) {}

    /** What a loop walks through and the names it gives to what it finds; an empty key name is not bound. */
    record Iteration(String keyName, String valueName, Expression collection, Optional<Expression> condition) {}

    /** {@code [for k, v in c : value if condition]}. */
    record ForList(Iteration iteration, Expression value, SourceRange range) implements Expression {
        @Override
        public List<Expression> children() {
            return withIteration(iteration, List.of(value));
        }
    }

    /** {@code {for k, v in c : key => value... if condition}}; grouping collects the values of equal keys in lists. */
    record ForObject(Iteration iteration, Expression key, Expression value, boolean grouping, SourceRange range)
            implements Expression {
        @Override
        public List<Expression> children() {
            return withIteration(iteration, List.of(key, value));
        }
    }

    /** {@code %{for k, v in c}text%{endfor}}. */
    record ForText(Iteration iteration, Expression text, SourceRange range) implements Expression {
        @Override
        public List<Expression> children() {
            return withIteration(iteration, List.of(text));
        }
    }

    /** {@code source[key]}, also for {@code source.key} when the source is not a mere reference. */
    record Index(Expression source, Expression key, SourceRange range) implements Expression {
        @Override
        public List<Expression> children() {
            return List.of(source, key);
        }
    }

    /** {@code source[*]...}: {@code each} for every element, which it sees as the variable {@link #ELEMENT}. */
    record Splat(Expression source, Expression each, SourceRange range) implements Expression {
        /** A name that cannot be written. */
        public static final String ELEMENT = "*";

        @Override
        public List<Expression> children() {
            return List.of(source, each);
        }
    }

    /** {@code !} or {@code -} before an operand. */
    record Unary(Operator operator, Expression operand, SourceRange range) implements Expression {
        @Override
        public List<Expression> children() {
            return List.of(operand);
        }
    }

    /** An operator between two operands. */
    record Binary(Operator operator, Expression left, Expression right, SourceRange range) implements Expression {
        @Override
        public List<Expression> children() {
            return List.of(left, right);
        }
    }

    /** {@code condition ? yes : no}, also for {@code %{if}}. */
    record Conditional(Expression condition, Expression yes, Expression no, SourceRange range) implements Expression {
        @Override
        public List<Expression> children() {
            return List.of(condition, yes, no);
        }
    }

    /** A call; {@code expand} spreads the last argument, a list, over the parameters. */
    record Call(String name, List<Expression> arguments, boolean expand, SourceRange nameRange, SourceRange range)
            implements Expression {
        public Call {
            arguments = List.copyOf(arguments);
        }

        @Override
        public List<Expression> children() {
            return arguments;
        }
    }

    private static List<Expression> withIteration(Iteration iteration, List<Expression> others) {
        List<Expression> children = new ArrayList<>();
        children.add(iteration.collection());
        children.addAll(others);
        iteration.condition().ifPresent(children::add);
        return children;
    }
}
