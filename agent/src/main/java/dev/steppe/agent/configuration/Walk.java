package dev.steppe.agent.configuration;

import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Expression;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.source.Spelling;
import dev.steppe.language.value.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Goes through one file with the table of its dialect: every key is looked up, checked and handed on, or reported. Blocks
 * and objects (lists of them, too) are the same, since JSON has no blocks.
 */
final class Walk {
    private final KeyTable table;
    private final Findings findings;
    private final List<Setting> settings = new ArrayList<>();

    private Walk(Dialect dialect, Findings findings) {
        this.table = KeyTable.of(dialect);
        this.findings = findings;
    }

    /** All that the file sets, in the order in which it stands there. */
    static List<Setting> through(Body body, Dialect dialect, Findings findings) {
        var walk = new Walk(dialect, findings);
        walk.section("", "", body);
        return walk.settings;
    }

    /** The section is the name in the table, the path the same with real labels. */
    private void section(String section, String path, Body body) {
        for (Body.Item item : body.items()) {
            switch (item) {
                case Body.Attribute attribute when findings.isForeign(attribute.nameRange()) -> {}
                case Body.Block block when findings.isForeign(block.typeRange()) -> {}
                case Body.Attribute attribute -> attribute(section, path, attribute);
                case Body.Block block -> block(section, path, block);
            }
        }
    }

    private void attribute(String section, String path, Body.Attribute attribute) {
        String name = attribute.name();
        var key = table.key(section, name);
        if (key.isPresent()) {
            value(key.get(), join(path, name), attribute);
        } else if (table.isSection(join(section, name))) {
            var bodies = inside(name, attribute.expression());
            var labels = table.labels(join(section, name));
            for (Body body : bodies) {
                if (labels.isEmpty()) {
                    section(join(section, name), join(path, name), body);
                } else {
                    labelledEntries(section, path, name, body);
                }
            }
        } else {
            unknown(section, name, attribute.nameRange());
        }
    }

    /** {@code plugin = { "docker" = { ... } }}. */
    private void labelledEntries(String section, String path, String type, Body body) {
        for (Body.Attribute entry : body.attributes()) {
            for (Body inner : inside(entry.name(), entry.expression())) {
                labelled(section, path, type, entry.name(), entry.nameRange(), inner);
            }
        }
    }

    private void block(String section, String path, Body.Block block) {
        String type = block.type();
        var key = table.key(section, type);
        if (key.isPresent()) {
            switch (key.get().kind()) {
                case MAP -> map(key.get(), join(path, type), block);
                case ANY -> present(key.get(), join(path, type), block.typeRange());
                default ->
                    findings.wrong(
                            block.range(),
                            "\"" + join(path, type) + "\" is a value, not a block",
                            "Write " + type + " = ...");
            }
            return;
        }
        if (!table.isSection(join(section, type))) {
            unknown(section, type, block.typeRange());
            return;
        }
        boolean wantsLabel = !table.labels(join(section, type)).isEmpty();
        if (wantsLabel && block.labels().size() == 1) {
            var label = block.labels().getFirst();
            labelled(section, path, type, label.text(), label.range(), block.body());
        } else if (!wantsLabel && block.labels().isEmpty()) {
            section(join(section, type), join(path, type), block.body());
        } else {
            findings.wrong(
                    block.range(),
                    "The block \"" + type + "\" has "
                            + (wantsLabel ? "one label, as in " + type + " \"name\" {" : "no label"),
                    "");
        }
    }

    private void labelled(String section, String path, String type, String label, SourceRange range, Body body) {
        var labels = table.labels(join(section, type));
        String real = join(path, type) + " \"" + label + "\"";
        if (labels.contains(label)) {
            section(join(section, type) + " \"" + label + "\"", real, body);
        } else if (labels.contains("*")) {
            section(join(section, type) + " *", real, body);
        } else {
            String suggestion = Spelling.suggestion(label, labels);
            findings.atStart(
                    range,
                    "The " + type + " \"" + label + "\" is not supported yet",
                    (suggestion.isEmpty() ? "" : suggestion + " ") + "There are: " + String.join(", ", labels) + ".");
        }
    }

    private void value(Key key, String path, Body.Attribute attribute) {
        if (key.kind() == Kind.ANY) {
            present(key, path, attribute.nameRange());
            return;
        }
        if (key.kind() == Kind.SECRET) {
            findings.secret(attribute.expression().range());
        }
        if (key.kind() == Kind.MAP && attribute.expression() instanceof Expression.ListOf list) {
            list.elements().forEach(element -> add(key, path, element, attribute.nameRange()));
        } else {
            add(key, path, attribute.expression(), attribute.nameRange());
        }
    }

    private void add(Key key, String path, Expression expression, SourceRange place) {
        var value = findings.evaluate(expression);
        if (value.isEmpty() || value.get() instanceof Value.Null) {
            return;
        }
        try {
            key.kind().check(value.get());
            settings.add(new Setting(key, path, value.get(), place));
        } catch (RefusedValueException refused) {
            findings.wrong(expression.range(), "\"" + key.name() + "\" " + refused.getMessage(), "");
        }
    }

    private void present(Key key, String path, SourceRange place) {
        settings.add(new Setting(key, path, new Value.Null(), place));
    }

    private void map(Key key, String path, Body.Block block) {
        var entries = new LinkedHashMap<String, Value>();
        for (Body.Item item : block.body().items()) {
            switch (item) {
                case Body.Attribute attribute ->
                    findings.evaluate(attribute.expression()).ifPresent(value -> entries.put(attribute.name(), value));
                case Body.Block inner ->
                    findings.wrong(
                            inner.range(),
                            "\"" + inner.type() + "\" in \"" + key.name() + "\" must be a text, not a block",
                            "Write " + inner.type() + " = \"...\".");
            }
        }
        settings.add(new Setting(key, path, new Value.Mapping(Map.copyOf(entries)), block.typeRange()));
    }

    private void unknown(String section, String name, SourceRange range) {
        String where = section.isEmpty() ? "" : " in " + section.replace(" *", "");
        String suggestion = Spelling.suggestion(name, table.words(section));
        findings.wrong(
                range,
                "Unknown key \"" + name + "\"" + where,
                suggestion.isEmpty()
                        ? "This file is read as one of " + table.dialect().product()
                                + "'s agent; docs/agent-configuration.md" + " has all its keys."
                        : suggestion);
    }

    private List<Body> inside(String name, Expression expression) {
        return switch (expression) {
            case Expression.ObjectOf object -> List.of(findings.body(object));
            case Expression.ListOf list ->
                list.elements().stream()
                        .flatMap(element -> inside(name, element).stream())
                        .toList();
            default -> {
                findings.wrong(expression.range(), "\"" + name + "\" is a block", "Write " + name + " { ... }.");
                yield List.of();
            }
        };
    }

    private static String join(String section, String name) {
        return section.isEmpty() ? name : section + "." + name;
    }
}
