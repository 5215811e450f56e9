package dev.steppe.language.hcl;

import dev.steppe.language.function.FunctionException;
import dev.steppe.language.function.FunctionTable;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.source.Spelling;
import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Computes the values of expressions. Made for one document: all its evaluations share one bound on time and memory. A
 * refusal holds one diagnostic, at the smallest expression that is wrong. For one thread.
 */
public final class Evaluator {
    private final FunctionTable functions;
    private final Budget budget = new Budget();

    public Evaluator(FunctionTable functions) {
        this.functions = functions;
    }

    public Value evaluate(Expression expression, Scope scope) throws DiagnosticException {
        budget.step(expression.range());
        return switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Reference reference -> reference(reference, scope);
            case Expression.Template template -> template(template, scope);
            case Expression.ListOf list -> list(list, scope);
            case Expression.ObjectOf object -> object(object, scope);
            case Expression.ForList loop -> forList(loop, scope);
            case Expression.ForObject loop -> forObject(loop, scope);
            case Expression.ForText loop -> forText(loop, scope);
            case Expression.Index index -> {
                Value source = evaluate(index.source(), scope);
                yield Lookup.step(source, evaluate(index.key(), scope), index.range());
            }
            case Expression.Splat splat -> splat(splat, scope);
            case Expression.Unary unary -> unary(unary, scope);
            case Expression.Binary binary -> binary(binary, scope);
            case Expression.Conditional conditional -> {
                boolean truth = truth(conditional.condition(), scope);
                yield evaluate(truth ? conditional.yes() : conditional.no(), scope);
            }
            case Expression.Call call -> call(call, scope);
        };
    }

    private static DiagnosticException refuse(SourceRange range, String message, String detail) {
        return new DiagnosticException(Diagnostic.error(range, message, detail));
    }

    private Value reference(Expression.Reference reference, Scope scope) throws DiagnosticException {
        Optional<Value> root = scope.variable(reference.root());
        if (root.isEmpty()) {
            return scope.unknown(reference).orElseThrow(() -> unknown(reference, scope));
        }
        Value value = root.get();
        for (Value step : reference.steps()) {
            value = Lookup.step(value, step, reference.range());
        }
        return value;
    }

    private static DiagnosticException unknown(Expression.Reference reference, Scope scope) {
        String suggestion = Spelling.suggestion(reference.root(), scope.names());
        String detail = suggestion.isEmpty() && reference.steps().isEmpty()
                ? "If it is meant to be a string, put it in quotes."
                : suggestion;
        return refuse(reference.range(), "Unknown variable \"" + reference.root() + "\"", detail);
    }

    private Value template(Expression.Template template, Scope scope) throws DiagnosticException {
        StringBuilder text = new StringBuilder();
        for (Expression part : template.parts()) {
            text.append(text(part, scope));
            budget.checkLength(text.length(), template.range());
        }
        return budget.charge(Value.of(text.toString()), template.range());
    }

    private String text(Expression part, Scope scope) throws DiagnosticException {
        Value value = evaluate(part, scope);
        return Conversion.toText(value)
                .orElseThrow(() -> refuse(
                        part.range(),
                        value instanceof Value.Null
                                ? "The value is null and cannot be part of a text"
                                : "A value of type " + value.kind() + " cannot be part of a text",
                        value instanceof Value.Null ? "" : "Use jsonencode() or join()."));
    }

    private Value list(Expression.ListOf list, Scope scope) throws DiagnosticException {
        List<Value> elements = new ArrayList<>();
        for (Expression element : list.elements()) {
            elements.add(evaluate(element, scope));
        }
        return budget.charge(Value.of(elements), list.range());
    }

    private Value object(Expression.ObjectOf object, Scope scope) throws DiagnosticException {
        Map<String, Value> entries = new LinkedHashMap<>();
        for (Expression.Entry entry : object.entries()) {
            entries.put(key(entry.key(), scope), evaluate(entry.value(), scope));
        }
        return budget.charge(Value.of(entries), object.range());
    }

    private String key(Expression key, Scope scope) throws DiagnosticException {
        Value value = evaluate(key, scope);
        return Conversion.toText(value)
                .orElseThrow(() -> refuse(key.range(), "A key must be a string, this is of type " + value.kind(), ""));
    }

    /** What one turn of a loop sees, in order: by position for lists, by sorted key for objects. */
    private List<Scope> turns(Expression.Iteration iteration, Scope scope) throws DiagnosticException {
        Expression collection = iteration.collection();
        List<Scope> turns = new ArrayList<>();
        switch (evaluate(collection, scope)) {
            case Value.Sequence sequence -> {
                for (int i = 0; i < sequence.elements().size(); i++) {
                    turn(iteration, Value.of(i), sequence.elements().get(i), scope, turns);
                }
            }
            case Value.Mapping mapping -> {
                for (Map.Entry<String, Value> entry : mapping.sorted().entrySet()) {
                    turn(iteration, Value.of(entry.getKey()), entry.getValue(), scope, turns);
                }
            }
            case Value.Text other -> throw notCollection(collection, other);
            case Value.Number other -> throw notCollection(collection, other);
            case Value.Bool other -> throw notCollection(collection, other);
            case Value.Null other -> throw notCollection(collection, other);
        }
        return turns;
    }

    private static DiagnosticException notCollection(Expression collection, Value value) {
        return refuse(
                collection.range(),
                "Only a list or an object can be walked through, this is of type " + value.kind(),
                "");
    }

    private void turn(Expression.Iteration iteration, Value key, Value value, Scope scope, List<Scope> turns)
            throws DiagnosticException {
        budget.step(iteration.collection().range());
        Map<String, Value> variables = new LinkedHashMap<>();
        if (!iteration.keyName().isEmpty()) {
            variables.put(iteration.keyName(), key);
        }
        variables.put(iteration.valueName(), value);
        Scope inner = scope.with(variables);
        if (iteration.condition().isEmpty() || truth(iteration.condition().get(), inner)) {
            turns.add(inner);
        }
    }

    private Value forList(Expression.ForList loop, Scope scope) throws DiagnosticException {
        List<Value> elements = new ArrayList<>();
        for (Scope turn : turns(loop.iteration(), scope)) {
            elements.add(evaluate(loop.value(), turn));
        }
        return budget.charge(Value.of(elements), loop.range());
    }

    private Value forObject(Expression.ForObject loop, Scope scope) throws DiagnosticException {
        Map<String, List<Value>> grouped = new LinkedHashMap<>();
        for (Scope turn : turns(loop.iteration(), scope)) {
            String key = key(loop.key(), turn);
            List<Value> values = grouped.computeIfAbsent(key, _ -> new ArrayList<>());
            values.add(evaluate(loop.value(), turn));
            if (values.size() > 1 && !loop.grouping()) {
                throw refuse(
                        loop.key().range(),
                        "The key \"" + key + "\" occurs twice",
                        "Write \"...\" after the value to collect the values of equal keys in lists.");
            }
        }
        Map<String, Value> entries = new LinkedHashMap<>();
        grouped.forEach((key, values) -> entries.put(key, loop.grouping() ? Value.of(values) : values.getFirst()));
        return budget.charge(Value.of(entries), loop.range());
    }

    private Value forText(Expression.ForText loop, Scope scope) throws DiagnosticException {
        StringBuilder text = new StringBuilder();
        for (Scope turn : turns(loop.iteration(), scope)) {
            text.append(text(loop.text(), turn));
            budget.checkLength(text.length(), loop.range());
        }
        return budget.charge(Value.of(text.toString()), loop.range());
    }

    private Value splat(Expression.Splat splat, Scope scope) throws DiagnosticException {
        Value source = evaluate(splat.source(), scope);
        List<Value> elements = new ArrayList<>();
        if (source instanceof Value.Sequence sequence) {
            for (Value element : sequence.elements()) {
                elements.add(element(splat, element, scope));
            }
        } else if (!(source instanceof Value.Null)) {
            elements.add(element(splat, source, scope));
        }
        return budget.charge(Value.of(elements), splat.range());
    }

    private Value element(Expression.Splat splat, Value element, Scope scope) throws DiagnosticException {
        Map<String, Value> variables = new LinkedHashMap<>();
        variables.put(Expression.Splat.ELEMENT, element);
        return evaluate(splat.each(), scope.with(variables));
    }

    private boolean truth(Expression expression, Scope scope) throws DiagnosticException {
        Value value = evaluate(expression, scope);
        return Conversion.toBool(value)
                .orElseThrow(() ->
                        refuse(expression.range(), "Expected true or false, this is of type " + value.kind(), ""));
    }

    private BigDecimal number(Expression expression, Scope scope) throws DiagnosticException {
        Value value = evaluate(expression, scope);
        return Conversion.toNumber(value)
                .orElseThrow(
                        () -> refuse(expression.range(), "Expected a number, this is of type " + value.kind(), ""));
    }

    private Value unary(Expression.Unary unary, Scope scope) throws DiagnosticException {
        return unary.operator() == Operator.NOT
                ? Value.of(!truth(unary.operand(), scope))
                : Value.of(number(unary.operand(), scope).negate());
    }

    private Value binary(Expression.Binary binary, Scope scope) throws DiagnosticException {
        Expression left = binary.left();
        Expression right = binary.right();
        return switch (binary.operator()) {
            case OR -> Value.of(truth(left, scope) || truth(right, scope));
            case AND -> Value.of(truth(left, scope) && truth(right, scope));
            case EQUAL -> Value.of(evaluate(left, scope).equals(evaluate(right, scope)));
            case NOT_EQUAL -> Value.of(!evaluate(left, scope).equals(evaluate(right, scope)));
            case GREATER -> Value.of(compare(left, right, scope) > 0);
            case GREATER_OR_EQUAL -> Value.of(compare(left, right, scope) >= 0);
            case LESS -> Value.of(compare(left, right, scope) < 0);
            case LESS_OR_EQUAL -> Value.of(compare(left, right, scope) <= 0);
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, REMAINDER -> arithmetic(binary, scope);
            case NEGATE, NOT -> throw new IllegalStateException("takes one operand: " + binary.operator());
        };
    }

    private int compare(Expression left, Expression right, Scope scope) throws DiagnosticException {
        return number(left, scope).compareTo(number(right, scope));
    }

    private Value arithmetic(Expression.Binary binary, Scope scope) throws DiagnosticException {
        BigDecimal left = number(binary.left(), scope);
        BigDecimal right = number(binary.right(), scope);
        return Arithmetic.apply(binary.operator(), left, right)
                .orElseThrow(() -> refuse(
                        binary.range(),
                        right.signum() == 0 ? "Division by zero" : "The result is too large a number",
                        ""));
    }

    private Value call(Expression.Call call, Scope scope) throws DiagnosticException {
        switch (call.name()) {
            case "try" -> {
                return attempt(call, scope);
            }
            case "can" -> {
                checkCount(call, 1);
                return Value.of(succeeds(call.arguments().getFirst(), scope));
            }
            case "convert" -> {
                checkCount(call, 2);
                return convert(call, scope);
            }
            default -> {
                return apply(call, scope);
            }
        }
    }

    private static void checkCount(Expression.Call call, int count) throws DiagnosticException {
        if (call.arguments().size() != count || call.expand()) {
            throw refuse(call.range(), call.name() + "() takes exactly " + count + " argument(s)", "");
        }
    }

    private boolean succeeds(Expression expression, Scope scope) {
        try {
            evaluate(expression, scope);
            return true;
        } catch (DiagnosticException failed) {
            return false;
        }
    }

    private Value attempt(Expression.Call call, Scope scope) throws DiagnosticException {
        Optional<DiagnosticException> last = Optional.empty();
        for (Expression argument : call.arguments()) {
            try {
                return evaluate(argument, scope);
            } catch (DiagnosticException failed) {
                last = Optional.of(failed);
            }
        }
        throw last.orElseGet(() -> refuse(call.range(), "try() needs at least one argument", ""));
    }

    private Value convert(Expression.Call call, Scope scope) throws DiagnosticException {
        Value value = evaluate(call.arguments().getFirst(), scope);
        TypeConstraint type = TypeConstraint.read(call.arguments().getLast());
        return type.convert(value)
                .orElseThrow(() -> refuse(
                        call.range(), "A value of type " + value.kind() + " cannot be converted to " + type, ""));
    }

    private Value apply(Expression.Call call, Scope scope) throws DiagnosticException {
        List<Value> arguments = new ArrayList<>();
        for (Expression argument : call.arguments()) {
            arguments.add(evaluate(argument, scope));
        }
        if (call.expand()) {
            Value last = arguments.removeLast();
            if (!(last instanceof Value.Sequence(List<Value> elements))) {
                throw refuse(
                        call.arguments().getLast().range(), "\"...\" needs a list, this is of type " + last.kind(), "");
            }
            arguments.addAll(elements);
        }
        for (Value argument : arguments) {
            budget.charge(argument, call.range());
        }
        try {
            return budget.charge(functions.call(call.name(), arguments), call.range());
        } catch (FunctionException refusal) {
            boolean known = functions.names().contains(call.name());
            String suggestion = known ? "" : Spelling.suggestion(call.name(), functions.names());
            throw refuse(known ? call.range() : call.nameRange(), refusal.getMessage(), suggestion);
        }
    }
}
