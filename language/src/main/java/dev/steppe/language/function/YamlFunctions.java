package dev.steppe.language.function;

import dev.steppe.language.value.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** YAML 1.2: one document to a value, and a value to a document in block style. */
final class YamlFunctions {
    private static final int DEPTH_MAX = 90;
    private static final int NODES_MAX = 200_000;

    private YamlFunctions() {}

    static void define(Definitions definitions) {
        definitions.add("yamldecode", 1, arguments -> decode(arguments.text(0)));
        definitions.add("yamlencode", 1, arguments -> {
            var out = new StringBuilder();
            encode(arguments.value(0), 0, out);
            return Value.of(out.toString());
        });
    }

    private static Value decode(String text) throws FunctionException {
        var settings = LoadSettings.builder()
                .setSchema(new CoreSchema())
                .setMaxAliasesForCollections(1_000)
                .setCodePointLimit(FunctionTable.TEXT_LENGTH_MAX)
                .build();
        try {
            Optional<Node> document = new Compose(settings).composeString(text);
            return document.isEmpty() ? Value.none() : new Decoder().value(document.get(), 0);
        } catch (MarkedYamlEngineException wrong) {
            String at = wrong.getProblemMark()
                    .map(mark -> " in line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
                    .orElse("");
            throw new FunctionException("not YAML: " + wrong.getProblem() + at);
        } catch (YamlEngineException wrong) {
            throw new FunctionException("not YAML: " + wrong.getMessage());
        }
    }

    /** Turns nodes to values. Aliases share nodes, so that a short text may stand for a huge value: values are counted. */
    private static final class Decoder {
        private int count;

        private Value value(Node node, int depth) throws FunctionException {
            count++;
            if (depth > DEPTH_MAX || count > NODES_MAX) {
                throw new FunctionException(
                        "the YAML text has more than " + DEPTH_MAX + " levels or " + NODES_MAX + " values");
            }
            return switch (node) {
                case ScalarNode scalar -> scalar(scalar);
                case SequenceNode sequence -> {
                    List<Value> elements = new ArrayList<>();
                    for (Node element : sequence.getValue()) {
                        elements.add(value(element, depth + 1));
                    }
                    yield Value.of(elements);
                }
                case MappingNode mapping -> {
                    Map<String, Value> entries = new LinkedHashMap<>();
                    for (NodeTuple entry : mapping.getValue()) {
                        if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                            throw new FunctionException("the keys of a YAML mapping must be texts");
                        }
                        if (entries.put(key.getValue(), value(entry.getValueNode(), depth + 1)) != null) {
                            throw new FunctionException("the YAML key \"" + key.getValue() + "\" occurs twice");
                        }
                    }
                    yield Value.of(entries);
                }
                default -> throw new FunctionException("the YAML text refers to nothing");
            };
        }

        private static Value scalar(ScalarNode node) throws FunctionException {
            String text = node.getValue();
            Tag tag = node.getTag();
            if (tag.equals(Tag.NULL)) {
                return Value.none();
            }
            if (tag.equals(Tag.BOOL)) {
                return Value.of(Boolean.parseBoolean(text));
            }
            if (!tag.equals(Tag.INT) && !tag.equals(Tag.FLOAT)) {
                return Value.of(text);
            }
            try {
                if (text.startsWith("0x") || text.startsWith("0o")) {
                    int base = text.startsWith("0x") ? 16 : 8;
                    return Value.of(new BigDecimal(new BigInteger(text.substring(2), base)));
                }
                return Value.of(new BigDecimal(text));
            } catch (NumberFormatException notFinite) {
                throw new FunctionException("the YAML number " + text + " is not a finite number");
            }
        }
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
