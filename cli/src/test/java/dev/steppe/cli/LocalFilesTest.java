package dev.steppe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.cli.job.JobInit;
import dev.steppe.cli.terminal.Terminal;
import dev.steppe.jobspec.JobFile;
import dev.steppe.language.format.Formatter;
import dev.steppe.language.source.Source;
import dev.steppe.model.specification.Examination;
import dev.steppe.model.specification.Finding;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the commands do with files where no agent answers: job validate, job init and fmt. */
class LocalFilesTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private int run(String input, String... words) throws IOException {
        var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        var terminal = new Terminal(
                stream,
                stream,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                InstantSource.system(),
                Optional.of(ZoneOffset.UTC),
                false);
        // Nobody listens on the discard port of loopback.
        return Main.run(List.of(words), terminal, new TreeMap<>(Map.of("NOMAD_ADDR", "http://127.0.0.1:9")));
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    static List<Path> acceptance() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../jobspec/src/test/resources/dev/steppe/jobspec/acceptance"))) {
            return files.filter(file -> file.toString().endsWith(".nomad"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("acceptance")
    void files_that_people_have_are_right_as_they_stand(Path file) throws Exception {
        assertThat(run("", "job", "validate", file.toString())).as(said()).isZero();
        var refused = Examination.of(JobFile.parse(file.toString(), Files.readString(file), Map.of())
                        .job())
                .stream()
                .filter(Finding::refused)
                .map(Finding::message)
                .toList();
        assertThat(said())
                .endsWith(
                        refused.isEmpty()
                                ? "Job validation successful\n"
                                : "valid, but job run would refuse: " + String.join("; ", refused) + "\n")
                .doesNotContain("Error:");
    }

    @Test
    void a_wrong_file_is_refused_without_an_agent() throws IOException {
        assertThat(run("job \"x\" { group \"g\" {} }", "job", "validate", "-")).isEqualTo(1);
        assertThat(said()).contains("has no task");
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void the_examples_are_laid_out_and_ask_for_nothing_that_is_refused(boolean mesh, boolean brief) throws Exception {
        String text = JobInit.example(mesh, brief);
        assertThat(Formatter.format(new Source("example", text))).isEqualTo(text);
        assertThat(text.contains("#")).isNotEqualTo(brief);
        var job = JobFile.parse("example", text, Map.of()).job();
        assertThat(Examination.of(job)).noneMatch(Finding::refused);
        assertThat(job.taskGroups()).hasSize(mesh ? 2 : 1);
    }

    @Test
    void an_example_is_written_once_and_never_over_a_file() throws IOException {
        String path = folder.resolve("mine.nomad.hcl").toString();
        assertThat(run("", "job", "init", "-short", path)).isZero();
        assertThat(Files.readString(Path.of(path))).isEqualTo(readExample());
        assertThat(run("", "init", path)).isEqualTo(1);
        assertThat(said()).contains("Example job file written to " + path).contains("already");
    }

    private static String readExample() throws IOException {
        return JobInit.example(false, true);
    }

    @Test
    void files_are_laid_out_or_only_named() throws IOException {
        Path below = Files.createDirectory(folder.resolve("below"));
        Files.writeString(folder.resolve("a.nomad"), "a=1\n");
        Files.writeString(folder.resolve("good.hcl"), "a = 1\n");
        Files.writeString(folder.resolve("other.txt"), "a=1\n");
        Files.writeString(below.resolve("b.hcl"), "a=1\n");
        assertThat(run("", "fmt", "-check", folder.toString())).isEqualTo(1);
        assertThat(said()).isEqualTo(folder.resolve("a.nomad") + "\n");
        assertThat(folder.resolve("a.nomad")).hasContent("a=1\n");
        assertThat(run("", "fmt", "-recursive", "-list=false", folder.toString()))
                .isZero();
        assertThat(folder.resolve("a.nomad")).hasContent("a = 1\n");
        assertThat(below.resolve("b.hcl")).hasContent("a = 1\n");
        assertThat(folder.resolve("other.txt")).hasContent("a=1\n");
        assertThat(run("", "fmt", "-check", "-recursive", folder.toString())).isZero();
    }

    @Test
    void standard_input_is_laid_out_to_standard_output() throws IOException {
        assertThat(run("a=1", "fmt", "-")).isZero();
        assertThat(said()).isEqualTo("a = 1\n");
        assertThat(run("a={", "fmt", "-")).isEqualTo(1);
    }
}
