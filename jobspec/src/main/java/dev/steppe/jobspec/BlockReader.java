package dev.steppe.jobspec;

import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Evaluator;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.source.Spelling;
import dev.steppe.language.value.Value;
import dev.steppe.model.Affinity;
import dev.steppe.model.Constraint;
import dev.steppe.model.NetworkResource;
import dev.steppe.model.Task;
import dev.steppe.model.specification.Answer;
import dev.steppe.model.specification.Block;
import dev.steppe.model.specification.Row;
import dev.steppe.model.specification.Specification;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads blocks into the API's JSON shape of the records they fill, by their {@link BlockShape}. Mistakes go to the
 * findings and what they concern is left out, so that one run finds all of them.
 */
final class BlockReader {
    private final Evaluator evaluator;
    private final Findings findings;
    private final DynamicBlocks dynamic;
    private final FreeValues free;
    private final Scalars scalars;
    private final PortReader ports;
    private final Map<Class<?>, BlockShape> shapes = new LinkedHashMap<>();

    BlockReader(Evaluator evaluator, Findings findings) {
        this.evaluator = evaluator;
        this.findings = findings;
        this.dynamic = new DynamicBlocks(evaluator, findings);
        this.free = new FreeValues(evaluator, findings, dynamic);
        this.scalars = new Scalars(findings);
        this.ports = new PortReader(this, findings);
    }

    private BlockShape shape(Class<?> type) {
        return shapes.computeIfAbsent(type, BlockShape::of);
    }

    List<OpenBlock> blocks(OpenBlock block) {
        return dynamic.blocks(block.body(), block.scope());
    }

    /** The value of an attribute, unless it is null, wrong or missing. */
    Optional<Value> value(Body.Attribute attribute, OpenBlock block) {
        try {
            return Optional.of(evaluator.evaluate(attribute.expression(), block.scope()))
                    .filter(value -> !(value instanceof Value.Null));
        } catch (DiagnosticException refusal) {
            findings.addAll(refusal);
            return Optional.empty();
        }
    }

    /** Reads a block that fills the record at the path. */
    Map<String, Object> read(Class<?> type, OpenBlock block, String path) {
        findings.place(path, block.range());
        BlockShape shape = shape(type);
        Map<String, Object> result = new LinkedHashMap<>();
        label(shape, block, result);
        for (Body.Attribute attribute : block.body().attributes()) {
            attribute(shape, attribute, block, result, path);
        }
        for (OpenBlock inner : blocks(block)) {
            block(shape, inner, result, path);
        }
        for (String required : Required.of(type)) {
            boolean missing = shape.field(required)
                    .filter(field -> !result.containsKey(field.json()))
                    .isPresent();
            if (missing && block.body().attribute(required).isEmpty()) {
                findings.error(block.range(), "\"" + block.type() + "\" needs \"" + required + "\"", "");
            }
        }
        return result;
    }

    private void label(BlockShape shape, OpenBlock block, Map<String, Object> result) {
        if (shape.optionalLabel().isPresent()) {
            block.labels().stream()
                    .findFirst()
                    .ifPresent(text -> result.put(shape.optionalLabel().get().json(), text));
            return;
        }
        int expected = shape.label().isPresent() ? 1 : 0;
        if (block.labels().size() != expected) {
            findings.error(
                    block.range(),
                    expected == 1
                            ? "\"" + block.type() + "\" needs exactly one label, its name"
                            : "\"" + block.type() + "\" has no label",
                    expected == 1 ? "Write " + block.type() + " \"name\" { ... }." : "");
        }
        if (expected == 1 && !block.labels().isEmpty()) {
            shape.label()
                    .ifPresent(field -> result.put(field.json(), block.labels().getFirst()));
        }
    }

    private void attribute(
            BlockShape shape, Body.Attribute attribute, OpenBlock block, Map<String, Object> result, String path) {
        Optional<BlockShape.Field> field = shape.field(attribute.name());
        if (field.isEmpty()) {
            Optional<OldForms.Form> old = OldForms.attribute(shape.type(), attribute.name());
            if (old.isPresent()) {
                old(shape, old.get(), attribute, block, result);
                return;
            }
            if (!ConstraintSugar.applies(shape.type(), attribute.name())) {
                unknown(shape, attribute.name(), attribute.nameRange(), "attribute", block.type());
                return;
            }
            Optional<Value> value = value(attribute, block);
            if (value.isPresent()) {
                ConstraintSugar.read(attribute, value.get(), result, findings);
            }
            return;
        }
        SourceRange range = attribute.expression().range();
        findings.place(path(path, field.get()), range);
        switch (field.get().form()) {
            case ATTRIBUTE -> {
                Optional<Value> value = value(attribute, block);
                if (value.isPresent()) {
                    scalars.read(attribute.name(), field.get().content(), value.get(), range)
                            .ifPresent(read -> result.put(field.get().json(), read));
                }
            }
            case MAP -> {
                Optional<Value> value = value(attribute, block);
                if (value.isPresent()) {
                    scalars.map(attribute.name(), field.get().content(), value.get(), range)
                            .ifPresent(read -> result.put(field.get().json(), read));
                }
            }
            case BLOCK, BLOCKS, LABELLED_BLOCKS ->
                findings.error(
                        attribute.nameRange(),
                        "\"" + attribute.name() + "\" is a block, not an attribute",
                        "Write it without \"=\": " + attribute.name() + " { ... }.");
        }
    }

    /** An attribute of earlier times: read as it was then, for {@link OldForms} to carry over. */
    private void old(
            BlockShape shape,
            OldForms.Form form,
            Body.Attribute attribute,
            OpenBlock block,
            Map<String, Object> result) {
        notice(shape, attribute.name(), attribute.nameRange());
        Optional<Value> value = value(attribute, block);
        if (value.isPresent()) {
            scalars.read(
                            attribute.name(),
                            form.type(),
                            value.get(),
                            attribute.expression().range())
                    .ifPresent(read -> result.put(form.json(), read));
        }
    }

    private void notice(BlockShape shape, String name, SourceRange range) {
        Specification.block(shape.type()).row(name).ifPresent(row -> {
            if (row.answer() instanceof Answer.Constructed(String how)) {
                findings.notice(range, "\"" + name + "\" is an old form: " + how, "");
            }
        });
    }

    private static String path(String outer, BlockShape.Field field) {
        return outer.isEmpty() ? field.json() : outer + "." + field.json();
    }

    private void unknown(BlockShape shape, String name, SourceRange range, String kind, String blockType) {
        Block block = Specification.block(shape.type());
        if (block.row(name).map(Row::answer).orElse(null) instanceof Answer.Refused refused) {
            findings.error(
                    range, "\"" + name + "\" is not supported in \"" + blockType + "\"; " + refused.advice(), "");
            return;
        }
        List<String> known = shape.names();
        known.addAll(ConstraintSugar.names(shape.type()));
        block.extras().forEach((word, row) -> {
            if (row.answer() instanceof Answer.Works) {
                known.add(word);
            }
        });
        String suggestion = Spelling.suggestion(name, known);
        findings.error(
                range,
                "\"" + blockType + "\" has no " + kind + " \"" + name + "\"",
                suggestion.isEmpty() ? "Known are " + String.join(", ", known) + "." : suggestion);
    }

    private void block(BlockShape shape, OpenBlock inner, Map<String, Object> result, String path) {
        if (shape.type() == NetworkResource.class
                && (inner.type().equals("port") || inner.type().equals("reserved_ports"))) {
            notice(shape, inner.type(), inner.range());
            ports.read(inner, result, path);
            return;
        }
        if (shape.type() == Task.class && inner.type().equals("network")) {
            Map<String, Object> resources = asMap(result.get("Resources"));
            resources.put("Networks", List.of(read(NetworkResource.class, inner, path + ".Resources.Networks[0]")));
            result.put("Resources", resources);
            return;
        }
        Optional<BlockShape.Field> field = shape.field(inner.type());
        if (field.isEmpty()) {
            unknown(
                    shape,
                    inner.type(),
                    inner.range(),
                    "block",
                    Specification.block(shape.type()).name());
            return;
        }
        BlockShape.Field known = field.get();
        String place = path(path, known);
        boolean repeated = known.form() == BlockShape.Form.BLOCK && result.containsKey(known.json());
        if (repeated) {
            findings.error(inner.range(), "\"" + inner.type() + "\" may occur only once here", "");
            return;
        }
        switch (known.form()) {
            case BLOCK -> {
                Map<String, Object> read = read(known.record(), inner, place);
                result.put(known.json(), read);
            }
            case BLOCKS -> blocks(known, inner, result, place);
            case LABELLED_BLOCKS -> labelled(known, inner, result, place);
            case MAP -> map(known, inner, result, place);
            case ATTRIBUTE ->
                findings.error(
                        inner.range(),
                        "\"" + inner.type() + "\" is an attribute, not a block",
                        "Write it with \"=\" and a value.");
        }
    }

    private void blocks(BlockShape.Field field, OpenBlock inner, Map<String, Object> result, String place) {
        List<Object> list = new ArrayList<>();
        if (result.get(field.json()) instanceof List<?> earlier) {
            list.addAll(earlier);
        } else {
            findings.place(place, inner.range());
        }
        Map<String, Object> read = read(field.record(), inner, place + "[" + list.size() + "]");
        if (ConstraintSugar.isDropped(read)) {
            return;
        }
        if (field.record() == Constraint.class || field.record() == Affinity.class) {
            ConstraintCheck.check(read, inner.range(), findings);
        }
        list.add(read);
        result.put(field.json(), list);
    }

    private void labelled(BlockShape.Field field, OpenBlock inner, Map<String, Object> result, String place) {
        Map<String, Object> map = asMap(result.get(field.json()));
        if (map.isEmpty()) {
            findings.place(place, inner.range());
        }
        String label = inner.labels().isEmpty() ? "" : inner.labels().getFirst();
        Map<String, Object> read = read(field.record(), inner, place + "." + label);
        if (map.put(label, read) != null) {
            findings.error(inner.range(), "\"" + inner.type() + "\" \"" + label + "\" is defined twice", "");
        }
        result.put(field.json(), map);
    }

    private void map(BlockShape.Field field, OpenBlock inner, Map<String, Object> result, String place) {
        findings.place(place, inner.range());
        if (!inner.labels().isEmpty()) {
            findings.error(inner.range(), "\"" + inner.type() + "\" has no label", "");
        }
        Map<String, Object> map = asMap(result.get(field.json()));
        if (field.content() == Object.class) {
            map.putAll(free.map(inner, place));
        } else {
            for (OpenBlock wrong : blocks(inner)) {
                findings.error(wrong.range(), "\"" + inner.type() + "\" holds only attributes", "");
            }
            for (Body.Attribute attribute : inner.body().attributes()) {
                Optional<Value> value = value(attribute, inner);
                if (value.isPresent()) {
                    scalars.read(
                                    attribute.name(),
                                    field.content(),
                                    value.get(),
                                    attribute.expression().range())
                            .ifPresent(read -> map.put(attribute.name(), read));
                }
            }
        }
        result.put(field.json(), map);
    }

    /** A copy of a JSON object read before, or an empty one. */
    static Map<String, Object> asMap(@Nullable Object earlier) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (earlier instanceof Map<?, ?> known) {
            known.forEach((key, value) -> map.put(String.valueOf(key), value));
        }
        return map;
    }
}
