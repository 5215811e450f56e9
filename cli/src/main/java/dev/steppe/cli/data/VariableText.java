package dev.steppe.cli.data;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import dev.steppe.language.function.FunctionTable;
import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Evaluator;
import dev.steppe.language.hcl.Expression;
import dev.steppe.language.hcl.Hcl;
import dev.steppe.language.hcl.Scope;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.value.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A variable as people write it in a file, in HCL or JSON: where it goes, what it holds, and which version it changes. */
record VariableText(String namespace, String path, long modifyIndex, Map<String, String> items) {
    private static final List<String> TEXTS = List.of("namespace", "path");
    private static final List<String> BY_SERVERS = List.of("create_index", "create_time", "modify_time");

    static VariableText nothing() {
        return new VariableText("", "", 0, new LinkedHashMap<>());
    }

    /** Reads a file of the format {@code hcl} or {@code json}. */
    static VariableText read(String name, String text, String format) throws CommandFailure {
        return format.equals("hcl") ? ofHcl(new Source(name, text)) : ofJson(name, text);
    }

    private static VariableText ofJson(String name, String text) throws CommandFailure {
        try {
            var document = JsonReader.read(text);
            var items = new LinkedHashMap<String, String>();
            for (var item : document.entries("Items").entrySet()) {
                items.put(item.getKey(), item.getValue().text());
            }
            return new VariableText(
                    document.text("Namespace"), document.text("Path"), document.number("ModifyIndex"), items);
        } catch (JsonSyntaxException wrong) {
            throw new CommandFailure("Failed to parse variable content: " + name + " is " + wrong.getMessage());
        }
    }

    private static VariableText ofHcl(Source source) throws CommandFailure {
        try {
            var body = Hcl.parseBody(source);
            var evaluator = new Evaluator(FunctionTable.standard());
            var read = nothing();
            for (Body.Attribute attribute : body.attributes()) {
                read = read.with(attribute, evaluator.evaluate(attribute.expression(), Scope.empty()));
            }
            for (Body.Block block : body.blocks()) {
                if (!block.type().equals("items")) {
                    throw unknown(block.type(), block.range());
                }
                for (Body.Attribute item : block.body().attributes()) {
                    read.items.put(item.name(), text(item, evaluator.evaluate(item.expression(), Scope.empty())));
                }
            }
            return read;
        } catch (DiagnosticException wrong) {
            throw new CommandFailure("Failed to parse variable content:\n\n" + Diagnostic.render(wrong.diagnostics()));
        }
    }

    private static DiagnosticException unknown(String name, SourceRange range) {
        return new DiagnosticException(
                Diagnostic.error(range, "unknown name \"" + name + "\"", "A variable has namespace, path and items."));
    }

    private VariableText with(Body.Attribute attribute, Value value) throws DiagnosticException {
        String name = attribute.name();
        if (TEXTS.contains(name)) {
            var text = text(attribute, value);
            return name.equals("path")
                    ? new VariableText(namespace, text, modifyIndex, items)
                    : new VariableText(text, path, modifyIndex, items);
        }
        if (name.equals("modify_index") && value instanceof Value.Number number) {
            return new VariableText(namespace, path, number.number().longValue(), items);
        }
        if (name.equals("items") && value instanceof Value.Mapping mapping) {
            for (var item : mapping.entries().entrySet()) {
                items.put(item.getKey(), text(attribute, item.getValue()));
            }
            return this;
        }
        if (BY_SERVERS.contains(name)) {
            return this;
        }
        throw unknown(name, attribute.range());
    }

    private static String text(Body.Attribute attribute, Value value) throws DiagnosticException {
        return switch (value) {
            case Value.Text text -> text.text();
            case Value.Number number -> number.number().toPlainString();
            case Value.Bool truth -> Boolean.toString(truth.truth());
            case Value.Sequence ignored -> throw notText(attribute);
            case Value.Mapping ignored -> throw notText(attribute);
            case Value.Null ignored -> throw notText(attribute);
        };
    }

    private static DiagnosticException notText(Body.Attribute attribute) {
        Expression expression = attribute.expression();
        return new DiagnosticException(Diagnostic.error(
                expression.range(), "\"" + attribute.name() + "\" is not a text", "Put the value in quotes."));
    }

    /** The body of the request that writes it. */
    Json body(String toNamespace, String toPath) {
        var fields = new Json.Fields();
        items.forEach(fields::put);
        return new Json.Fields()
                .put("Namespace", toNamespace)
                .put("Path", toPath)
                .put("Items", fields.build())
                .build();
    }
}
