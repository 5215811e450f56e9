package dev.steppe.language.function;

import dev.steppe.language.value.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Reads one YAML document from a text as readers of YAML 1.1 take it, which people's files are written for: {@code yes}, {@code on}
 * and the like are truth values, {@code 1_000} is a number, and {@code <<} merges maps. Bounded in depth and size, also where aliases repeat what was written once.
 */
public final class YamlReader {
    private static final int DEPTH_MAX = 90;
    private static final int NODES_MAX = 200_000;
    private static final Pattern TRUE = Pattern.compile("true|True|TRUE|y|Y|yes|Yes|YES|on|On|ON");
    private static final Pattern FALSE = Pattern.compile("false|False|FALSE|n|N|no|No|NO|off|Off|OFF");

    private static final Pattern OCTAL = Pattern.compile("[-+]?0[0-7]+");
    private static final Pattern GROUPED = Pattern.compile("[-+]?[1-9][0-9]*_[0-9_]+");

    private final boolean octals;
    private int count;

    private YamlReader(boolean octals) {
        this.octals = octals;
    }

    /** As job files mean it: {@code 010} is 10. */
    public static Value read(String text) throws FunctionException {
        return read(text, false);
    }

    /** As templates mean it: {@code 010} is 8. */
    public static Value readWithOctals(String text) throws FunctionException {
        return read(text, true);
    }

    private static Value read(String text, boolean octals) throws FunctionException {
        var settings = LoadSettings.builder()
                .setSchema(new Words())
                .setMaxAliasesForCollections(1_000)
                .setCodePointLimit(FunctionTable.TEXT_LENGTH_MAX)
                .build();
        try {
            Optional<Node> document = new Compose(settings).composeString(text);
            return document.isEmpty() ? Value.none() : new YamlReader(octals).value(document.get(), 0);
        } catch (MarkedYamlEngineException wrong) {
            String at = wrong.getProblemMark()
                    .map(mark -> " in line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
                    .orElse("");
            throw new FunctionException("not YAML: " + wrong.getProblem() + at);
        } catch (YamlEngineException wrong) {
            throw new FunctionException("not YAML: " + wrong.getMessage());
        } catch (StackOverflowError deep) {
            throw tooLarge();
        }
    }

    private static FunctionException tooLarge() {
        return new FunctionException(
                "the YAML text has more than " + DEPTH_MAX + " levels or " + NODES_MAX + " values");
    }

    /** Takes for truth values and numbers also what YAML 1.1 does; only where a text has neither quotes nor a tag. */
    private static final class Words extends CoreSchema {
        @Override
        public ScalarResolver getScalarResolver() {
            ScalarResolver core = super.getScalarResolver();
            return (text, plain) -> {
                if (plain
                        && (TRUE.matcher(text).matches() || FALSE.matcher(text).matches())) {
                    return Tag.BOOL;
                }
                return plain && GROUPED.matcher(text).matches() ? Tag.INT : core.resolve(text, plain);
            };
        }
    }

    /** Aliases share nodes, so that a short text may stand for a huge value: values are counted. */
    private Value value(Node node, int depth) throws FunctionException {
        count++;
        if (depth > DEPTH_MAX || count > NODES_MAX) {
            throw tooLarge();
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
            case MappingNode mapping -> Value.of(entries(mapping, depth));
            default -> throw new FunctionException("the YAML text refers to nothing");
        };
    }

    private Map<String, Value> entries(MappingNode mapping, int depth) throws FunctionException {
        Map<String, Value> entries = new LinkedHashMap<>();
        Map<String, Value> merged = new LinkedHashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                throw new FunctionException("the keys of a YAML mapping must be texts");
            }
            Value value = value(entry.getValueNode(), depth + 1);
            if (key.getScalarStyle() == ScalarStyle.PLAIN && key.getValue().equals("<<")) {
                merge(value, merged);
            } else if (entries.put(key.getValue(), value) != null) {
                throw new FunctionException("the YAML key \"" + key.getValue() + "\" occurs twice");
            }
        }
        merged.forEach(entries::putIfAbsent);
        return entries;
    }

    private static void merge(Value value, Map<String, Value> into) throws FunctionException {
        List<Value> maps = value instanceof Value.Sequence(List<Value> several) ? several : List.of(value);
        for (Value map : maps) {
            if (!(map instanceof Value.Mapping mapping)) {
                throw new FunctionException("what << merges must be a YAML mapping or a list of them");
            }
            mapping.entries().forEach(into::putIfAbsent);
        }
    }

    private Value scalar(ScalarNode node) throws FunctionException {
        String text = node.getValue();
        Tag tag = node.getTag();
        if (tag.equals(Tag.NULL)) {
            return Value.none();
        }
        if (tag.equals(Tag.BOOL)) {
            boolean isTrue = TRUE.matcher(text).matches();
            if (!isTrue && !FALSE.matcher(text).matches()) {
                throw new FunctionException("the YAML text !!bool " + text + " is neither true nor false");
            }
            return Value.of(isTrue);
        }
        if (!tag.equals(Tag.INT) && !tag.equals(Tag.FLOAT)) {
            return Value.of(text);
        }
        if (octals && OCTAL.matcher(text).matches()) {
            return Value.of(new BigDecimal(new BigInteger(text, 8)));
        }
        try {
            if (text.startsWith("0x") || text.startsWith("0o")) {
                int base = text.startsWith("0x") ? 16 : 8;
                return Value.of(new BigDecimal(new BigInteger(text.substring(2), base)));
            }
            // underscores between digits do not count
            return Value.of(new BigDecimal(GROUPED.matcher(text).matches() ? text.replace("_", "") : text));
        } catch (NumberFormatException notFinite) {
            throw new FunctionException("the YAML number " + text + " is not a finite number");
        }
    }
}
