package dev.steppe.language.function;

import dev.steppe.language.value.Value;
import java.util.List;
import java.util.Map;

/** YAML: one document to a value, and a value to a document in block style. */
final class YamlFunctions {
    private YamlFunctions() {}

    static void define(Definitions definitions) {
        definitions.add("yamldecode", 1, arguments -> YamlReader.read(arguments.text(0)));
        definitions.add("yamlencode", 1, arguments -> {
            var out = new StringBuilder();
            encode(arguments.value(0), 0, out);
            return Value.of(out.toString());
        });
    }

    private static void encode(Value value, int depth, StringBuilder out) throws FunctionException {
        Arguments.checkLength(out.length() + depth);
        switch (value) {
            case Value.Sequence(List<Value> elements)
            when !elements.isEmpty() -> {
                for (Value element : elements) {
                    out.append("  ".repeat(depth)).append("-");
                    nested(element, depth + 1, out);
                }
            }
            case Value.Mapping mapping
            when !mapping.entries().isEmpty() -> {
                for (Map.Entry<String, Value> entry : mapping.sorted().entrySet()) {
                    out.append("  ".repeat(depth))
                            .append(Json.write(Value.of(entry.getKey())))
                            .append(":");
                    nested(entry.getValue(), depth + 1, out);
                }
            }
            case Value.Sequence _ -> out.append("[]\n");
            case Value.Mapping _ -> out.append("{}\n");
            case Value.Text _, Value.Number _, Value.Bool _, Value.Null _ ->
                out.append(Json.write(value)).append('\n');
        }
    }

    private static void nested(Value value, int depth, StringBuilder out) throws FunctionException {
        boolean below = value instanceof Value.Sequence(List<Value> elements) && !elements.isEmpty()
                || value instanceof Value.Mapping(Map<String, Value> entries) && !entries.isEmpty();
        out.append(below ? '\n' : ' ');
        encode(value, depth, out);
    }
}
