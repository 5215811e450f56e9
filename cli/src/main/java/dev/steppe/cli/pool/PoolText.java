package dev.steppe.cli.pool;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import dev.steppe.language.function.FunctionTable;
import dev.steppe.language.hcl.Body;
import dev.steppe.language.hcl.Evaluator;
import dev.steppe.language.hcl.Hcl;
import dev.steppe.language.hcl.Scope;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.source.SourceRange;
import dev.steppe.language.value.Value;
import java.util.LinkedHashMap;
import java.util.Map;

/** A pool as people write it in a file: {@code node_pool "name" { description meta }}, or as JSON. */
record PoolText(String name, String description, Map<String, String> meta) {

    /** The body of the request that writes a file's pool. */
    static Json body(String file, String text, boolean json) throws CommandFailure {
        if (!json) {
            return ofHcl(new Source(file, text)).body();
        }
        try {
            return JsonReader.read(text);
        } catch (JsonSyntaxException wrong) {
            throw new CommandFailure("Failed to parse node pool: " + file + " is " + wrong.getMessage());
        }
    }

    private static PoolText ofHcl(Source source) throws CommandFailure {
        try {
            var file = Hcl.parseBody(source);
            if (file.blocks().size() != 1 || !file.attributes().isEmpty()) {
                throw new CommandFailure("Failed to parse node pool: " + source.name()
                        + " must hold one block node_pool \"name\" { ... } and nothing else");
            }
            var block = file.blocks().getFirst();
            if (!block.type().equals("node_pool") || block.labels().size() != 1) {
                throw unknown(block.type(), block.range(), "Write node_pool \"name\" { ... }.");
            }
            return read(block.labels().getFirst().text(), block.body());
        } catch (DiagnosticException wrong) {
            throw new CommandFailure("Failed to parse node pool:\n\n" + Diagnostic.render(wrong.diagnostics()));
        }
    }

    private static PoolText read(String name, Body body) throws DiagnosticException {
        var evaluator = new Evaluator(FunctionTable.standard());
        String description = "";
        var meta = new LinkedHashMap<String, String>();
        for (Body.Attribute attribute : body.attributes()) {
            var value = evaluator.evaluate(attribute.expression(), Scope.empty());
            switch (attribute.name()) {
                case "description" -> description = text(attribute, value);
                case "meta" -> {
                    if (!(value instanceof Value.Mapping mapping)) {
                        throw unknown("meta", attribute.range(), "Write meta = { key = \"value\" }.");
                    }
                    for (var entry : mapping.entries().entrySet()) {
                        meta.put(entry.getKey(), text(attribute, entry.getValue()));
                    }
                }
                default -> throw unknown(attribute.name(), attribute.range(), "A node pool has description and meta.");
            }
        }
        for (Body.Block block : body.blocks()) {
            if (!block.type().equals("meta")) {
                throw unknown(
                        block.type(),
                        block.range(),
                        block.type().equals("scheduler_config")
                                ? "All pools are scheduled in the same way; remove it."
                                : "A node pool has description and meta.");
            }
            for (Body.Attribute attribute : block.body().attributes()) {
                meta.put(attribute.name(), text(attribute, evaluator.evaluate(attribute.expression(), Scope.empty())));
            }
        }
        return new PoolText(name, description, meta);
    }

    private static String text(Body.Attribute attribute, Value value) throws DiagnosticException {
        return switch (value) {
            case Value.Text text -> text.text();
            case Value.Number number -> number.number().toPlainString();
            case Value.Bool truth -> Boolean.toString(truth.truth());
            default -> throw unknown(attribute.name(), attribute.range(), "Put the value in quotes.");
        };
    }

    private static DiagnosticException unknown(String name, SourceRange range, String advice) {
        return new DiagnosticException(Diagnostic.error(range, "\"" + name + "\" is not expected here", advice));
    }

    private Json body() {
        var fields = new Json.Fields();
        meta.forEach(fields::put);
        return new Json.Fields()
                .put("Name", name)
                .put("Description", description)
                .put("Meta", fields.build())
                .build();
    }
}
