package dev.steppe.jobspec;

import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Expression;
import dev.steppe.language.hcl.Hcl;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.value.Value;
import dev.steppe.model.JobSpec;
import dev.steppe.model.MigrateStrategy;
import dev.steppe.model.NetworkResource;
import dev.steppe.model.Port;
import dev.steppe.model.ReschedulePolicy;
import dev.steppe.model.Secret;
import dev.steppe.model.Task;
import dev.steppe.model.Vault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * HCL2 in JSON syntax as bodies of attributes and blocks. JSON does not tell which is which; the records that the blocks
 * fill do.
 */
final class JsonBodies {
    /** What may stand at the top of such a file. */
    static final List<String> ROOTS = List.of("job", "variable", "variables", "locals");

    /** A key that is a comment. */
    private static final String COMMENT = "//";

    private final Map<Class<?>, BlockShape> shapes = new LinkedHashMap<>();

    private JsonBodies() {}

    static Body file(Source source) throws DiagnosticException {
        var bodies = new JsonBodies();
        Expression.ObjectOf root = object(Hcl.parseJson(source), "the file");
        List<Body.Item> items = new ArrayList<>();
        for (Expression.Entry entry : root.entries()) {
            String word = name(entry);
            switch (word) {
                case "job" -> bodies.blocks(entry, 1, inner -> bodies.body(JobSpec.class, inner), items);
                case "variable" -> bodies.blocks(entry, 1, JsonBodies::variable, items);
                case "variables", "locals" -> bodies.blocks(entry, 0, JsonBodies::attributes, items);
                case COMMENT -> {}
                default -> items.add(attribute(entry));
            }
        }
        return new Body(items, root.range());
    }

    /** A file of values for variables. */
    static Body assignments(Source source) throws DiagnosticException {
        return attributes(object(Hcl.parsePlainJson(source), "the file"));
    }

    private interface Inside {
        Body read(Expression.ObjectOf object) throws DiagnosticException;
    }

    private static String name(Expression.Entry entry) {
        return entry.key() instanceof Expression.Literal(Value.Text(String text), SourceRange _) ? text : "";
    }

    private static Body.Attribute attribute(Expression.Entry entry) {
        return new Body.Attribute(name(entry), entry.value(), entry.key().range());
    }

    private static Expression.ObjectOf object(Expression value, String what) throws DiagnosticException {
        if (value instanceof Expression.ObjectOf object) {
            return object;
        }
        throw refuse(value.range(), "\"" + what + "\" must be an object, or a list of objects");
    }

    private static DiagnosticException refuse(SourceRange range, String message) {
        return new DiagnosticException(Diagnostic.error(range, message, ""));
    }

    /** The blocks that an entry stands for: lists are several, and each label is one more object around. */
    private void blocks(Expression.Entry entry, int labels, Inside inside, List<Body.Item> to)
            throws DiagnosticException {
        block(entry, entry.value(), labels, new ArrayList<>(), inside, to);
    }

    private void block(
            Expression.Entry entry,
            Expression value,
            int open,
            List<Body.Label> labels,
            Inside inside,
            List<Body.Item> to)
            throws DiagnosticException {
        if (value instanceof Expression.ListOf list) {
            for (Expression element : list.elements()) {
                block(entry, element, open, labels, inside, to);
            }
            return;
        }
        if (value instanceof Expression.Literal(Value.Null _, SourceRange _)) {
            return;
        }
        Expression.ObjectOf object = object(value, name(entry));
        if (open == 0) {
            to.add(new Body.Block(
                    name(entry), labels, inside.read(object), entry.key().range()));
            return;
        }
        for (Expression.Entry inner : object.entries()) {
            if (!name(inner).equals(COMMENT)) {
                List<Body.Label> more = new ArrayList<>(labels);
                more.add(new Body.Label(name(inner), inner.key().range()));
                block(entry, inner.value(), open - 1, more, inside, to);
            }
        }
    }

    private static Body attributes(Expression.ObjectOf object) throws DiagnosticException {
        List<Body.Item> items = new ArrayList<>();
        for (Expression.Entry entry : object.entries()) {
            if (!name(entry).equals(COMMENT)) {
                items.add(attribute(entry));
            }
        }
        return checked(items, object);
    }

    private static Body checked(List<Body.Item> items, Expression.ObjectOf object) throws DiagnosticException {
        Map<String, Body.Item> seen = new LinkedHashMap<>();
        for (Body.Item item : items) {
            if (item instanceof Body.Attribute attribute && seen.put(attribute.name(), attribute) != null) {
                throw refuse(attribute.nameRange(), "\"" + attribute.name() + "\" is set twice");
            }
        }
        return new Body(items, object.range());
    }

    /** A type is written as text, since JSON has no names. */
    private static Body variable(Expression.ObjectOf object) throws DiagnosticException {
        List<Body.Item> items = new ArrayList<>();
        for (Expression.Entry entry : object.entries()) {
            switch (name(entry)) {
                case COMMENT -> {}
                case "type" -> items.add(named(entry));
                case "validation" -> new JsonBodies().blocks(entry, 0, JsonBodies::attributes, items);
                default -> items.add(attribute(entry));
            }
        }
        return checked(items, object);
    }

    /** An attribute whose text is an expression. */
    private static Body.Attribute named(Expression.Entry entry) throws DiagnosticException {
        Body.Attribute attribute = attribute(entry);
        if (entry.value() instanceof Expression.Literal(Value.Text(String text), SourceRange range)) {
            Source inner = new Source(
                    range.source().name() + ", text in line " + range.source().line(range.start()), text);
            return new Body.Attribute(attribute.name(), Hcl.parseExpression(inner), attribute.nameRange());
        }
        return attribute;
    }

    private Body body(Class<?> type, Expression.ObjectOf object) throws DiagnosticException {
        BlockShape shape = shapes.computeIfAbsent(type, BlockShape::of);
        List<Body.Item> items = new ArrayList<>();
        for (Expression.Entry entry : object.entries()) {
            String word = name(entry);
            if (word.equals(COMMENT)) {
                continue;
            }
            if (word.equals("dynamic")) {
                dynamic(type, entry, items);
                continue;
            }
            Optional<Class<?>> record = record(shape, word);
            boolean severalMaps = entry.value() instanceof Expression.ListOf
                    && shape.field(word)
                            .filter(field -> field.form() == BlockShape.Form.MAP)
                            .isPresent();
            if (record.isPresent()) {
                Class<?> inner = record.get();
                blocks(entry, labels(inner), found -> body(inner, found), items);
            } else if (severalMaps) {
                blocks(entry, 0, JsonBodies::attributes, items);
            } else {
                items.add(attribute(entry));
            }
        }
        return checked(items, object);
    }

    private int labels(Class<?> record) {
        return shapes.computeIfAbsent(record, BlockShape::of).label().isPresent() ? 1 : 0;
    }

    /** The record that the block of this name fills, if it is a block. */
    private static Optional<Class<?>> record(BlockShape shape, String word) {
        Optional<Class<?>> record = shape.field(word).flatMap(field -> switch (field.form()) {
            case BLOCK, BLOCKS, LABELLED_BLOCKS -> Optional.of(field.record());
            case ATTRIBUTE, MAP -> Optional.empty();
        });
        return record.or(() -> Optional.ofNullable(
                switch (word) {
                    case "task" -> shape.type() == JobSpec.class ? Task.class : null;
                    case "vault" -> shape.type() == JobSpec.class ? Vault.class : null;
                    case "secret" -> shape.type() == JobSpec.class ? Secret.class : null;
                    case "reschedule" -> shape.type() == JobSpec.class ? ReschedulePolicy.class : null;
                    case "migrate" -> shape.type() == JobSpec.class ? MigrateStrategy.class : null;
                    case "network" -> shape.type() == Task.class ? NetworkResource.class : null;
                    case "port", "reserved_ports" -> shape.type() == NetworkResource.class ? Port.class : null;
                    default -> null;
                }));
    }

    private void dynamic(Class<?> outer, Expression.Entry entry, List<Body.Item> to) throws DiagnosticException {
        BlockShape shape = shapes.computeIfAbsent(outer, BlockShape::of);
        List<Body.Item> found = new ArrayList<>();
        blocks(entry, 1, JsonBodies::attributes, found);
        for (Body.Item item : found) {
            if (item instanceof Body.Block block) {
                Optional<Class<?>> record =
                        record(shape, block.labels().getFirst().text());
                to.add(new Body.Block(
                        block.type(), block.labels(), generator(block.body(), record), block.typeRange()));
            }
        }
    }

    private Body generator(Body written, Optional<Class<?>> record) throws DiagnosticException {
        List<Body.Item> items = new ArrayList<>();
        for (Body.Attribute attribute : written.attributes()) {
            var entry = new Expression.Entry(
                    new Expression.Literal(Value.of(attribute.name()), attribute.nameRange()), attribute.expression());
            switch (attribute.name()) {
                case "iterator" -> items.add(named(entry));
                case "content" ->
                    blocks(
                            entry,
                            0,
                            record.isPresent() ? found -> body(record.get(), found) : JsonBodies::attributes,
                            items);
                default -> items.add(attribute);
            }
        }
        return new Body(items, written.range());
    }
}
