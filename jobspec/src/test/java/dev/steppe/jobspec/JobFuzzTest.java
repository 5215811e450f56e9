package dev.steppe.jobspec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.language.source.DiagnosticException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A damaged job file is read or refused with places, never anything else. {@code -Dfuzz.seed} repeats a run. */
class JobFuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 20_260_102L);
    private static final Pattern TOKEN = Pattern.compile("\"[^\"\n]*\"|[\\w.-]+|[^\\s\\w]|\\n");
    private static final List<String> VALUES = List.of(
            "\"\"",
            "-1",
            "0",
            "1.5",
            "99999999999999999999",
            "null",
            "true",
            "[]",
            "{}",
            "[null]",
            "{a = null}",
            "\"x\"",
            "[[1]]",
            "\"10s\"",
            "\"-5s\"",
            "\"${var.x}\"",
            "local.full",
            "attr.x",
            "\"\\u0000\"",
            "{",
            "}",
            "=",
            "dynamic");

    @Test
    void files_with_parts_swapped_dropped_and_replaced_are_read_or_refused() throws IOException {
        Random random = new Random(SEED);
        int refused = 0;
        int read = 0;
        for (String name : JobSnippetTest.files()) {
            String text = Files.readString(Path.of("src/test/resources/dev/steppe/jobspec", name));
            for (int round = 0; round < 150; round++) {
                String damaged = damaged(text, random);
                try {
                    JobFile.parse("fuzz", damaged, Collections.emptyMap());
                    read++;
                } catch (DiagnosticException expected) {
                    assertThat(expected.diagnostics())
                            .isNotEmpty()
                            .allSatisfy(each -> assertThat(each.render()).isNotEmpty());
                    refused++;
                } catch (RuntimeException | StackOverflowError bug) {
                    throw new AssertionError("seed " + SEED + ", text:\n" + damaged, bug);
                }
            }
        }
        assertThat(refused).isPositive();
        assertThat(read).isPositive();
    }

    private static String damaged(String text, Random random) {
        List<int[]> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        while (matcher.find()) {
            tokens.add(new int[] {matcher.start(), matcher.end()});
        }
        int[] first = tokens.get(random.nextInt(tokens.size()));
        int[] second = tokens.get(random.nextInt(tokens.size()));
        String other = random.nextInt(3) == 0
                ? text.substring(second[0], second[1])
                : VALUES.get(random.nextInt(VALUES.size()));
        return text.substring(0, first[0]) + (random.nextInt(6) == 0 ? "" : other) + text.substring(first[1]);
    }
}
