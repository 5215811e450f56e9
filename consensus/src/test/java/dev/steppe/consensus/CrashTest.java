package dev.steppe.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged survives a process that is killed in the middle of writing. */
class CrashTest {
    private static final int ROUNDS = 3;
    private static final int ACKNOWLEDGED_PER_ROUND = 3000;

    @TempDir
    Path directory;

    @Test
    void no_acknowledged_write_is_lost_when_the_process_is_killed_again_and_again() throws Exception {
        Set<String> acknowledged = new HashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            acknowledged.addAll(writeUntilKilled("round" + round));
            var machine = new WordMachine();
            try (var consensus = RatisConsensus.start(ConsensusOptions.alone(directory), machine)) {
                Await.leading(consensus);
                var words = machine.words().stream()
                        .map(word -> word.substring(0, word.lastIndexOf('-')))
                        .toList();
                assertThat(new HashSet<>(words)).as("round " + round).containsAll(acknowledged);
                assertThat(words).as("nothing is applied twice").doesNotHaveDuplicates();
            }
            if (round > 0) {
                assertThat(machine.restored()).as("a snapshot was part of it").isEqualTo(1);
            }
        }
    }

    private List<String> writeUntilKilled(String prefix) throws Exception {
        var errors = directory.resolve("errors");
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WritingChild.class.getName(),
                        directory.toString(),
                        prefix)
                .redirectError(errors.toFile())
                .start();
        List<String> words = new ArrayList<>();
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                words.add(line);
                if (words.size() == ACKNOWLEDGED_PER_ROUND) {
                    process.destroyForcibly();
                }
            }
        } catch (IOException _) {
            // the pipe of a killed process
        } finally {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        assertThat(words).hasSizeGreaterThanOrEqualTo(ACKNOWLEDGED_PER_ROUND);
        assertThat(Files.readAllLines(errors).stream().filter(line -> !line.startsWith("Picked up ")))
                .as("the engine logs nothing by default")
                .isEmpty();
        // The last line may be cut.
        return words.subList(0, words.size() - 1);
    }
}
