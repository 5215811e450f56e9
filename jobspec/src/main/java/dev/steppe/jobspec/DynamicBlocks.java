package dev.steppe.jobspec;

import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Evaluator;
import dev.steppe.language.hcl.Expression;
import dev.steppe.language.hcl.Scope;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns {@code dynamic "port" { for_each = ... labels = [...] content { ... } }} into as many blocks as there are
 * elements. Inside, the element is {@code port.key} and {@code port.value}, or whatever {@code iterator} names.
 */
final class DynamicBlocks {
    private static final List<String> ATTRIBUTES = List.of("for_each", "iterator", "labels");

    private final Evaluator evaluator;
    private final Findings findings;

    DynamicBlocks(Evaluator evaluator, Findings findings) {
        this.evaluator = evaluator;
        this.findings = findings;
    }

    /** The blocks of a body, with the dynamic ones expanded in their places. */
    List<OpenBlock> blocks(Body body, Scope scope) {
        List<OpenBlock> blocks = new ArrayList<>();
        for (Body.Block block : body.blocks()) {
            if (!block.type().equals("dynamic")) {
                blocks.add(OpenBlock.of(block, scope));
                continue;
            }
            try {
                blocks.addAll(expand(block, scope));
            } catch (DiagnosticException refusal) {
                findings.addAll(refusal);
            }
        }
        return blocks;
    }

    private List<OpenBlock> expand(Body.Block block, Scope scope) throws DiagnosticException {
        List<Body.Block> contents = block.body().blocks("content");
        if (block.labels().size() != 1
                || contents.size() != 1
                || block.body().blocks().size() != 1) {
            throw refuse(
                    block, "A dynamic block has one label, the type of the blocks it makes, and one content block");
        }
        for (Body.Attribute attribute : block.body().attributes()) {
            if (!ATTRIBUTES.contains(attribute.name())) {
                throw refuse(block, "A dynamic block has no attribute \"" + attribute.name() + "\"");
            }
        }
        String type = block.labels().getFirst().text();
        Expression collection = block.body()
                .attribute("for_each")
                .map(Body.Attribute::expression)
                .orElseThrow(() -> refuse(block, "The dynamic block needs for_each"));
        String iterator = iterator(block, type);
        List<OpenBlock> blocks = new ArrayList<>();
        for (Map.Entry<String, Value> turn :
                turns(block, evaluator.evaluate(collection, scope)).entrySet()) {
            Scope inner = scope.with(bind(iterator, turn));
            Body content = contents.getFirst().body();
            blocks.add(new OpenBlock(type, labels(block, inner), content, inner, block.range()));
        }
        return blocks;
    }

    private static Map<String, Value> bind(String iterator, Map.Entry<String, Value> turn) {
        Map<String, Value> element = new LinkedHashMap<>();
        element.put("key", Value.of(turn.getKey()));
        element.put("value", turn.getValue());
        Map<String, Value> variables = new LinkedHashMap<>();
        variables.put(iterator, Value.of(element));
        return variables;
    }

    private static Map<String, Value> turns(Body.Block block, Value collection) throws DiagnosticException {
        Map<String, Value> turns = new LinkedHashMap<>();
        if (collection instanceof Value.Sequence(List<Value> elements)) {
            for (int i = 0; i < elements.size(); i++) {
                turns.put(String.valueOf(i), elements.get(i));
            }
        } else if (collection instanceof Value.Mapping mapping) {
            turns.putAll(mapping.sorted());
        } else {
            throw refuse(block, "for_each must be a list or an object, not of type " + collection.kind());
        }
        return turns;
    }

    private static String iterator(Body.Block block, String type) throws DiagnosticException {
        Optional<Body.Attribute> iterator = block.body().attribute("iterator");
        if (iterator.isEmpty()) {
            return type;
        }
        if (iterator.get().expression() instanceof Expression.Reference reference
                && reference.steps().isEmpty()) {
            return reference.root();
        }
        throw refuse(block, "The iterator of a dynamic block is a plain name");
    }

    private List<String> labels(Body.Block block, Scope scope) throws DiagnosticException {
        Optional<Body.Attribute> attribute = block.body().attribute("labels");
        List<String> labels = new ArrayList<>();
        if (attribute.isPresent()) {
            Value value = evaluator.evaluate(attribute.get().expression(), scope);
            if (!(value instanceof Value.Sequence(List<Value> elements))) {
                throw refuse(block, "labels must be a list");
            }
            for (Value element : elements) {
                labels.add(Conversion.toText(element).orElseThrow(() -> refuse(block, "labels must be strings")));
            }
        }
        return labels;
    }

    private static DiagnosticException refuse(Body.Block block, String message) {
        return new DiagnosticException(Diagnostic.error(block.range(), message, ""));
    }
}
