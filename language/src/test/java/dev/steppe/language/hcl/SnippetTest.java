package dev.steppe.language.hcl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.language.function.FunctionTable;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is read from each {@code snippets/*.hcl} is what {@code *.out} beside it says, mistakes with their positions
 * included. {@code -Dsnippets.rewrite=true} writes the outputs anew, to be reviewed as a diff.
 */
class SnippetTest {
    private static final Path SNIPPETS = Path.of("src/test/resources/dev/steppe/language/hcl/snippets");

    static List<String> snippets() throws IOException {
        try (Stream<Path> files = Files.list(SNIPPETS)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".hcl"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void snippet_reads_as_written_beside_it(String name) throws IOException {
        String actual = read(new Source(name, Files.readString(SNIPPETS.resolve(name))));
        Path expected = SNIPPETS.resolve(name.replace(".hcl", ".out"));
        if (Boolean.getBoolean("snippets.rewrite")) {
            Files.writeString(expected, actual);
        }
        assertThat(actual).isEqualTo(Files.readString(expected));
    }

    private static String read(Source source) {
        Hcl.Parsed parsed = Hcl.parse(source);
        StringBuilder out = new StringBuilder();
        if (parsed.hasErrors()) {
            return out.append(Diagnostic.render(parsed.diagnostics()))
                    .append('\n')
                    .toString();
        }
        print(parsed.body(), new Evaluator(FunctionTable.standard()), scope(), "", out);
        return out.toString();
    }

    /** Like a job file's: names in capitals are known later only. */
    private static Scope scope() {
        Map<String, Value> server = new LinkedHashMap<>();
        server.put("name", Value.of("alpha"));
        server.put("ports", Value.of(List.of(Value.of(80), Value.of(443))));
        Map<String, Value> variables = new LinkedHashMap<>();
        variables.put("server", Value.of(server));
        variables.put("servers", Value.of(List.of(Value.of(server), Value.of(server))));
        variables.put("nothing", Value.none());
        Scope known = Scope.of(variables);
        return new Scope() {
            @Override
            public Optional<Value> variable(String name) {
                return known.variable(name);
            }

            @Override
            public List<String> names() {
                return known.names();
            }

            @Override
            public Optional<Value> unknown(Expression.Reference reference) {
                return Character.isUpperCase(reference.root().charAt(0))
                                || reference.root().equals("attr")
                                || reference.root().equals("env")
                        ? Optional.of(Value.of("${" + reference.range().text() + "}"))
                        : Optional.empty();
            }
        };
    }

    private static void print(Body body, Evaluator evaluator, Scope scope, String indent, StringBuilder out) {
        for (Body.Item item : body.items()) {
            switch (item) {
                case Body.Attribute attribute ->
                    out.append(indent)
                            .append(attribute.name())
                            .append(" = ")
                            .append(evaluate(attribute.expression(), evaluator, scope))
                            .append('\n');
                case Body.Block block -> {
                    String labels = block.labels().stream()
                            .map(label -> " " + json(Value.of(label.text())))
                            .collect(Collectors.joining());
                    out.append(indent).append(block.type()).append(labels).append('\n');
                    print(block.body(), evaluator, scope, indent + "  ", out);
                }
            }
        }
    }

    private static String evaluate(Expression expression, Evaluator evaluator, Scope scope) {
        try {
            return json(evaluator.evaluate(expression, scope));
        } catch (DiagnosticException refusal) {
            return "\n" + Diagnostic.render(refusal.diagnostics());
        }
    }

    /** Written here so that what functions write is not judged by itself. */
    private static String json(Value value) {
        return switch (value) {
            case Value.Text(String text) ->
                '"'
                        + text.replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("\n", "\\n")
                                .replace("\t", "\\t")
                        + '"';
            case Value.Number number -> number.text();
            case Value.Bool(boolean truth) -> String.valueOf(truth);
            case Value.Null _ -> "null";
            case Value.Sequence(List<Value> elements) ->
                elements.stream().map(SnippetTest::json).collect(Collectors.joining(", ", "[", "]"));
            case Value.Mapping(Map<String, Value> entries) ->
                entries.entrySet().stream()
                        .map(entry -> json(Value.of(entry.getKey())) + ": " + json(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
        };
    }
}
