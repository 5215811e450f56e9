package dev.steppe.language.hcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.language.function.FunctionTable;
import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import dev.steppe.language.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** No text, however broken or deep, crashes or stalls the reader or the evaluator. {@code -Dfuzz.seed} repeats a run. */
class FuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 20_260_101L);
    private static final List<String> PIECES = List.of(
            "job",
            "\"x\"",
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            "=",
            "\n",
            " ",
            "${",
            "%{",
            "if",
            "else",
            "endif",
            "for",
            "endfor",
            "in",
            ",",
            ".",
            "*",
            "<<EOT\n",
            "<<-E\n",
            "\nEOT\n",
            "\nE\n",
            "\"",
            "\\",
            "~",
            "?",
            ":",
            "=>",
            "...",
            "&&",
            "||",
            "1",
            "2.5e9",
            "-",
            "!",
            "+",
            "/",
            "%",
            "/*",
            "*/",
            "#",
            "//",
            "upper",
            "range(9)",
            "true",
            "null",
            "a",
            "attr.b",
            "$${",
            "\u00e9",
            "\ud83d",
            "\t",
            "\r\n",
            "'",
            "e1",
            "try(",
            "format(\"%5d\",");

    @Test
    void random_pieces_are_read_or_refused() {
        Random random = new Random(SEED);
        for (int round = 0; round < 4_000; round++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "a = " : "");
            int length = random.nextInt(60);
            for (int i = 0; i < length; i++) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
                text.append(random.nextInt(3) == 0 ? " " : "");
            }
            survives(text.toString());
        }
    }

    @Test
    void damaged_files_are_read_or_refused() throws IOException {
        Random random = new Random(SEED);
        for (String name : SnippetTest.snippets()) {
            String text = Files.readString(Path.of("src/test/resources/dev/steppe/language/hcl/snippets", name));
            for (int round = 0; round < 12; round++) {
                StringBuilder damaged = new StringBuilder(text);
                for (int change = random.nextInt(4); change >= 0; change--) {
                    int at = random.nextInt(damaged.length());
                    if (random.nextBoolean()) {
                        damaged.deleteCharAt(at);
                    } else {
                        damaged.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                    }
                }
                survives(damaged.toString());
            }
        }
    }

    @Test
    void endless_nesting_and_endless_chains_are_refused() {
        List<String> texts = new ArrayList<>();
        for (String piece :
                List.of("(", "[", "{a=", "-", "!", "\"${", "f(", "1+", "a.", "a[", "a[*].", "1?", "%{if ")) {
            texts.add("a = " + piece.repeat(50_000));
            texts.add("a = \"" + piece.repeat(50_000));
            texts.add("a = " + piece.repeat(50_000) + "1");
        }
        texts.add("a {".repeat(50_000));
        texts.add("a = \"" + "%{ if true }".repeat(20_000) + "\"");
        texts.add("a = " + "1 ? 2 : ".repeat(30_000) + "3");
        texts.add("a = b" + ".c".repeat(30_000));
        texts.add("a = b" + "[*]".repeat(30_000));
        texts.add("a = " + "\"".repeat(100_001));
        Assertions.assertThatCode(() -> texts.forEach(FuzzTest::survives)).doesNotThrowAnyException();
    }

    @Test
    void json_that_is_nested_endlessly_or_damaged_is_refused_or_read() {
        for (String piece : List.of("[", "{\"a\":", "[[{\"a\":[", "\"${", "{\"a\":\"${[")) {
            String text = piece.repeat(50_000);
            assertThatThrownBy(() -> Hcl.parseJson(new Source("fuzz", text))).isInstanceOf(DiagnosticException.class);
        }
        String whole = "{\"a\": [1.5e3, true, null, \"x${upper(\\\"b\\\")}\\u00e4\\n\"], \"b\": {\"c\": {}}}";
        Random random = new Random(SEED);
        for (int round = 0; round < 2_000; round++) {
            int from = random.nextInt(whole.length());
            int to = Math.min(whole.length(), from + random.nextInt(3));
            String other = List.of("", "\"", "{", "}", "[", "]", ",", ":", "\\", "${", "\\u12", "\u0001", "-", "e")
                    .get(random.nextInt(14));
            String damaged = whole.substring(0, from) + other + whole.substring(to);
            try {
                Hcl.parseJson(new Source("fuzz", damaged));
            } catch (DiagnosticException refused) {
                assertThat(Diagnostic.render(refused.diagnostics())).isNotEmpty();
            } catch (RuntimeException bug) {
                throw new AssertionError("seed " + SEED + ", text " + damaged, bug);
            }
        }
    }

    @Test
    void values_that_double_again_and_again_are_refused() {
        for (String step :
                List.of("\"${x}${x}\"", "[x, x]", "concat([x], [x])", "{a = x, b = x}", "jsonencode([x, x])")) {
            Evaluator evaluator = new Evaluator(FunctionTable.standard());
            Value value = Value.of("0123456789");
            boolean refused = false;
            for (int i = 0; i < 200 && !refused; i++) {
                Map<String, Value> variables = new LinkedHashMap<>();
                variables.put("x", value);
                try {
                    Expression expression = Hcl.parseExpression(new Source("doubling", step));
                    value = evaluator.evaluate(expression, Scope.of(variables));
                } catch (DiagnosticException expected) {
                    refused = true;
                }
            }
            assertThat(refused).as(step).isTrue();
        }
    }

    private static void survives(String text) {
        long started = System.nanoTime();
        Hcl.Parsed parsed = Hcl.parse(new Source("fuzz", text));
        assertThat(Diagnostic.render(parsed.diagnostics())).doesNotContain("\0");
        Evaluator evaluator = new Evaluator(FunctionTable.standard());
        for (Body.Attribute attribute : parsed.body().attributes()) {
            try {
                evaluator.evaluate(attribute.expression(), Scope.of(Map.of()));
            } catch (DiagnosticException refused) {
                assertThat(refused.diagnostics()).isNotEmpty();
            }
        }
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        assertThat(took).as(() -> "seed " + SEED + ", text " + text).isLessThan(Duration.ofSeconds(20));
    }
}
