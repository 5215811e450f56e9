package dev.steppe.agent.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A damaged configuration file is read or its mistakes are told, never anything else. {@code -Dfuzz.seed} repeats a run. */
class ConfigurationFuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 20_260_106L);
    private static final Path FILES = Path.of("src/test/resources/dev/steppe/agent/configuration");
    private static final Pattern TOKEN = Pattern.compile("\"[^\"\\n]*\"|[\\w.-]+|[^\\s\\w]|\\n");
    private static final List<String> PIECES = List.of(
            "",
            "\"\"",
            "-1",
            "0",
            "1e99",
            "null",
            "true",
            "[]",
            "{}",
            "[null]",
            "\"10s\"",
            "\"${x}\"",
            "{",
            "}",
            "=",
            "\"");

    @Test
    void files_with_parts_dropped_and_replaced_are_read_or_refused() throws IOException {
        Random random = new Random(SEED);
        int refused = 0;
        try (Stream<Path> files = Files.list(FILES)) {
            for (Path file : files.sorted().toList()) {
                String text = Files.readString(file);
                for (int round = 0; round < 200; round++) {
                    refused += read(damaged(text, random)) ? 0 : 1;
                }
            }
        }
        assertThat(refused).isPositive();
    }

    private static boolean read(String text) {
        try {
            var parsed = ConfigurationReader.read(List.of(new Source("fuzz", text)), List.of(), true);
            assertThat(Diagnostic.render(parsed.obstacles())).doesNotContain("\0");
            return parsed.obstacles().isEmpty();
        } catch (RuntimeException | StackOverflowError bug) {
            throw new AssertionError("seed " + SEED + ", text:\n" + text, bug);
        }
    }

    private static String damaged(String text, Random random) {
        List<int[]> tokens = new java.util.ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        while (matcher.find()) {
            tokens.add(new int[] {matcher.start(), matcher.end()});
        }
        int[] at = tokens.get(random.nextInt(tokens.size()));
        int[] from = tokens.get(random.nextInt(tokens.size()));
        String other =
                random.nextInt(3) == 0 ? text.substring(from[0], from[1]) : PIECES.get(random.nextInt(PIECES.size()));
        return text.substring(0, at[0]) + other + text.substring(at[1]);
    }
}
