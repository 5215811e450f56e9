package dev.steppe.language.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.language.hcl.Layout;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files are laid out as written beside them; nothing but blanks changes, and a second time nothing at all. */
class FormatterTest {
    private static final Path ROOT = Path.of("src/test/resources/dev/steppe/language/format");
    private static final long SEED = Long.getLong("fuzz.seed", 20_260_105L);

    static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path root : List.of(
                Path.of("src/test/resources/dev/steppe/language/hcl"),
                Path.of("../jobspec/src/test/resources"),
                Path.of("../examples"))) {
            try (Stream<Path> found = Files.walk(root)) {
                found.filter(file -> file.toString().endsWith(".hcl")
                                || file.toString().endsWith(".nomad"))
                        .sorted()
                        .forEach(files::add);
            }
        }
        return files;
    }

    @Test
    void a_job_is_laid_out_as_written_beside_it() throws Exception {
        String actual = format(Files.readString(ROOT.resolve("job.in.hcl")));
        if (Boolean.getBoolean("snippets.rewrite")) {
            Files.writeString(ROOT.resolve("job.out.hcl"), actual);
        }
        assertThat(actual).isEqualTo(Files.readString(ROOT.resolve("job.out.hcl")));
    }

    @ParameterizedTest
    @MethodSource("files")
    void only_blanks_change_and_a_second_time_nothing(Path file) throws Exception {
        check(Files.readString(file));
    }

    /** A file with mistakes is refused; then there is nothing to check. */
    private static void check(String text) {
        try {
            String once = format(text);
            assertThat(pieces(once)).isEqualTo(pieces(text));
            assertThat(format(once)).isEqualTo(once);
        } catch (DiagnosticException refused) {
            assertThat(refused.diagnostics()).isNotEmpty();
        }
    }

    private static String format(String text) throws DiagnosticException {
        return Formatter.format(new Source("test", text));
    }

    private static List<Layout.Piece> pieces(String text) throws DiagnosticException {
        return Layout.of(new Source("test", text)).stream()
                .filter(piece -> piece.kind() != Layout.Kind.NEWLINE)
                .toList();
    }

    @Test
    void damaged_files_are_laid_out_or_refused() throws IOException {
        Random random = new Random(SEED);
        for (Path file : files()) {
            String text = Files.readString(file);
            for (int round = 0; round < 40; round++) {
                int from = random.nextInt(text.length());
                int to = Math.min(text.length(), from + random.nextInt(4));
                String other = List.of("", "\n", "\"", "{", "}", "# c\n", "/* c */", " = ", "${", "[", "<<E\n")
                        .get(random.nextInt(11));
                String damaged = text.substring(0, from) + other + text.substring(to);
                try {
                    check(damaged);
                } catch (RuntimeException | AssertionError | StackOverflowError bug) {
                    throw new AssertionError("seed " + SEED + ", text:\n" + damaged, bug);
                }
            }
        }
    }

    @Test
    void deep_nesting_is_laid_out_or_refused() {
        for (String piece : List.of("a {\n", "a = [", "a = \"${\"${", "a = (", "a = {b=[")) {
            check(piece.repeat(20_000));
        }
        check("a = " + "\"${".repeat(100) + "1" + "}\"".repeat(100) + "\n");
        check("a {\n".repeat(80) + "}\n".repeat(80));
    }

    @Test
    void a_file_with_mistakes_is_refused() {
        assertThatThrownBy(() -> format("a = {")).isInstanceOf(DiagnosticException.class);
    }
}
