package dev.steppe.language.hcl;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** A type as written for a variable: {@code string}, {@code list(number)}, {@code object({a = bool})} and so on. */
public sealed interface TypeConstraint {

    /** Everything, unchanged. */
    record Any() implements TypeConstraint {
        @Override
        public String toString() {
            return "any";
        }
    }

    /** {@code string}, {@code number} or {@code bool}. */
    record Simple(String name) implements TypeConstraint {
        @Override
        public String toString() {
            return name;
        }
    }

    /** {@code list}, {@code set} or {@code map} of one type. */
    record Collection(String name, TypeConstraint element) implements TypeConstraint {
        @Override
        public String toString() {
            return name + "(" + element + ")";
        }
    }

    /** Named attributes; the others of a value are left out. */
    record ObjectType(Map<String, TypeConstraint> attributes) implements TypeConstraint {
        @Override
        public String toString() {
            return "object(" + attributes + ")";
        }
    }

    /** As many elements as types. */
    record Tuple(List<TypeConstraint> elements) implements TypeConstraint {
        @Override
        public String toString() {
            return "tuple(" + elements + ")";
        }
    }

    /** Reads a type from the expression it looks like. */
    static TypeConstraint read(Expression expression) throws DiagnosticException {
        return switch (expression) {
            case Expression.Reference(String root, List<Value> steps, SourceRange range)
            when steps.isEmpty() ->
                switch (root) {
                    case "any" -> new Any();
                    case "string", "number", "bool" -> new Simple(root);
                    case "list", "set", "map" -> new Collection(root, new Any());
                    default -> throw unknown(range);
                };
            case Expression.Literal(Value value, SourceRange range)
            when value instanceof Value.Text(String name) -> read(new Expression.Reference(name, List.of(), range));
            case Expression.Call call
            when call.arguments().size() == 1 ->
                composite(call.name(), call.arguments().getFirst(), call.range());
            default -> throw unknown(expression.range());
        };
    }

    private static TypeConstraint composite(String name, Expression argument, SourceRange range)
            throws DiagnosticException {
        switch (name) {
            case "list", "set", "map" -> {
                return new Collection(name, read(argument));
            }
            case "object" -> {
                if (argument instanceof Expression.ObjectOf(List<Expression.Entry> entries, SourceRange _)) {
                    Map<String, TypeConstraint> attributes = new LinkedHashMap<>();
                    for (Expression.Entry entry : entries) {
                        attributes.put(attributeName(entry.key()), read(entry.value()));
                    }
                    return new ObjectType(attributes);
                }
            }
            case "tuple" -> {
                if (argument instanceof Expression.ListOf(List<Expression> elements, SourceRange _)) {
                    List<TypeConstraint> types = new ArrayList<>();
                    for (Expression element : elements) {
                        types.add(read(element));
                    }
                    return new Tuple(types);
                }
            }
            default -> {}
        }
        throw unknown(range);
    }

    private static String attributeName(Expression key) throws DiagnosticException {
        if (key instanceof Expression.Literal(Value value, SourceRange _) && value instanceof Value.Text text) {
            return text.text();
        }
        throw unknown(key.range());
    }

    private static DiagnosticException unknown(SourceRange range) {
        return new DiagnosticException(Diagnostic.error(
                range,
                "Not a type",
                "Types are string, number, bool, any, list(T), set(T), map(T), object({name = T}) and tuple([T])."));
    }

    /** The value as one of this type; empty if it is none and cannot become one. Null stays null. */
    default Optional<Value> convert(Value value) {
        if (value instanceof Value.Null) {
            return Optional.of(value);
        }
        return switch (this) {
            case Any _ -> Optional.of(value);
            case Simple(String name) ->
                switch (name) {
                    case "string" -> Conversion.toText(value).map(Value::of);
                    case "number" -> Conversion.toNumber(value).map(Value::of);
                    default -> Conversion.toBool(value).map(Value::of);
                };
            case Collection collection -> convertCollection(collection, value);
            case ObjectType(Map<String, TypeConstraint> attributes) -> convertObject(attributes, value);
            case Tuple(List<TypeConstraint> types) -> convertTuple(types, value);
        };
    }

    private static Optional<Value> convertCollection(Collection type, Value value) {
        if (type.name().equals("map") && value instanceof Value.Mapping(Map<String, Value> entries)) {
            Map<String, Value> converted = new LinkedHashMap<>();
            for (Map.Entry<String, Value> entry : entries.entrySet()) {
                Optional<Value> element = type.element().convert(entry.getValue());
                if (element.isEmpty()) {
                    return Optional.empty();
                }
                converted.put(entry.getKey(), element.get());
            }
            return Optional.of(Value.of(converted));
        }
        if (type.name().equals("map") || !(value instanceof Value.Sequence(List<Value> elements))) {
            return Optional.empty();
        }
        List<Value> converted = new ArrayList<>();
        for (Value element : elements) {
            Optional<Value> one = type.element().convert(element);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            converted.add(one.get());
        }
        return Optional.of(Value.of(type.name().equals("set") ? asSet(converted) : converted));
    }

    /** Without repetitions; texts are in the order of their characters, everything else as it was. */
    private static List<Value> asSet(List<Value> elements) {
        if (elements.stream().allMatch(Value.Text.class::isInstance)) {
            TreeSet<String> texts = new TreeSet<>();
            elements.forEach(element -> Conversion.toText(element).ifPresent(texts::add));
            return texts.stream().map(Value::of).toList();
        }
        return elements.stream().distinct().toList();
    }

    private static Optional<Value> convertObject(Map<String, TypeConstraint> attributes, Value value) {
        if (!(value instanceof Value.Mapping(Map<String, Value> entries))) {
            return Optional.empty();
        }
        Map<String, Value> converted = new LinkedHashMap<>();
        for (Map.Entry<String, TypeConstraint> attribute : attributes.entrySet()) {
            Optional<Value> entry =
                    Optional.ofNullable(entries.get(attribute.getKey())).flatMap(attribute.getValue()::convert);
            if (entry.isEmpty()) {
                return Optional.empty();
            }
            converted.put(attribute.getKey(), entry.get());
        }
        return Optional.of(Value.of(converted));
    }

    private static Optional<Value> convertTuple(List<TypeConstraint> types, Value value) {
        if (!(value instanceof Value.Sequence(List<Value> elements)) || elements.size() != types.size()) {
            return Optional.empty();
        }
        List<Value> converted = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            Optional<Value> element = types.get(i).convert(elements.get(i));
            if (element.isEmpty()) {
                return Optional.empty();
            }
            converted.add(element.get());
        }
        return Optional.of(Value.of(converted));
    }
}
