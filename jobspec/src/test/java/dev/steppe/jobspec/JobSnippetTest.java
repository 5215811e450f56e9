package dev.steppe.jobspec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is read from each job file is what {@code *.out} beside it says: the job without its empty fields, then the
 * notices; or the mistakes. {@code -Dsnippets.rewrite=true} writes the outputs anew, to be reviewed as a diff.
 */
class JobSnippetTest {
    private static final Path ROOT = Path.of("src/test/resources/dev/steppe/jobspec");

    static List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.map(file -> ROOT.relativize(file).toString())
                    .filter(name -> name.endsWith(".nomad") || name.endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void job_file_reads_as_written_beside_it(String name) throws IOException, CodecException {
        String actual = read(ROOT.resolve(name));
        Path expected = ROOT.resolve(name + ".out");
        if (Boolean.getBoolean("snippets.rewrite")) {
            Files.writeString(expected, actual);
        }
        assertThat(actual).isEqualTo(Files.readString(expected));
        if (name.startsWith("acceptance/")) {
            assertThat(actual).doesNotContain("Error:");
        }
    }

    private static String read(Path file) throws IOException, CodecException {
        Map<String, String> variables = Map.of("image", "repository/web:2");
        String text = Files.readString(file);
        try {
            ParsedJob parsed = JobFile.parse(
                    file.getFileName().toString(), text, text.contains("variable \"image\"") ? variables : Map.of());
            Object full = Codec.fromJson(Object.class, Codec.toJson(parsed.job()));
            String json = new String(Codec.toJsonBytes(brief(full), true), StandardCharsets.UTF_8) + "\n";
            return parsed.notices().isEmpty() ? json : json + Diagnostic.render(parsed.notices()) + "\n";
        } catch (DiagnosticException refusal) {
            return Diagnostic.render(refusal.diagnostics()) + "\n";
        }
    }

    private static Object brief(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> kept = new TreeMap<>();
            map.forEach((name, each) -> {
                Object brief = brief(each);
                if (!isEmpty(brief)) {
                    kept.put(String.valueOf(name), brief);
                }
            });
            return kept;
        }
        if (value instanceof List<?> list) {
            List<Object> kept = new ArrayList<>();
            list.forEach(each -> kept.add(brief(each)));
            return kept;
        }
        return value;
    }

    private static boolean isEmpty(Object value) {
        return switch (value) {
            case String text -> text.isEmpty();
            case Boolean flag -> !flag;
            case Long number -> number == 0;
            case Collection<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            default -> false;
        };
    }
}
