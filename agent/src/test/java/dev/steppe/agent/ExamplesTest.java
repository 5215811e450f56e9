package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.jobspec.JobFile;
import dev.steppe.language.source.DiagnosticException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Proves that every job file in the examples folder is read without a complaint, as a user would run it. */
class ExamplesTest {
    static Stream<Path> jobFiles() throws IOException {
        try (Stream<Path> files = Files.list(Repository.root().resolve("examples"))) {
            return files.filter(file -> file.toString().endsWith(".nomad")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("jobFiles")
    void an_example_is_read_without_a_notice(Path file) throws IOException, DiagnosticException {
        String text = Files.readString(file);
        Map<String, String> variables =
                text.contains("variable \"jar\"") ? Map.of("jar", "/srv/example-programs.jar") : Map.of();
        var parsed = JobFile.parse(file.getFileName().toString(), text, variables);
        assertThat(parsed.notices()).isEmpty();
        assertThat(parsed.job().taskGroups()).isNotEmpty();
    }
}
