package dev.steppe.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log and snapshot as an older version left them on disk are read by this one. A new folder is added, with
 * {@code -Dgolden.write=true}, when the form changes; none is ever changed.
 */
class OldLogTest {
    private static final Path OLD = Path.of("src/test/resources/old-logs/001");

    @TempDir
    Path directory;

    @Test
    void log_and_snapshot_of_an_older_version_give_the_same_state() throws Exception {
        if (Boolean.getBoolean("golden.write") && !Files.isDirectory(OLD)) {
            write(directory.resolve("new"));
            copy(directory.resolve("new"), OLD);
        }
        copy(OLD, directory.resolve("old"));
        var machine = new WordMachine();
        try (var consensus = RatisConsensus.start(ConsensusOptions.alone(directory.resolve("old")), machine)) {
            Await.leading(consensus);
            assertThat(machine.restored()).as("from a snapshot").isEqualTo(1);
            assertThat(machine.words()).hasSize(30).startsWith("w0", "w1").endsWith("w28", "w29");
            assertThat(Await.outcome(consensus, "new")).isEqualTo(new Proposal.Applied(31, "applied new"));
        }
    }

    private static void write(Path to) throws Exception {
        try (var consensus = RatisConsensus.start(ConsensusOptions.alone(to), new WordMachine())) {
            Await.leading(consensus);
            for (int i = 0; i < 30; i++) {
                Await.outcome(consensus, "w" + i);
                if (i == 19) {
                    Await.snapshot(consensus);
                }
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.endsWith("in_use.lock")) {
                    Files.copy(file, target);
                }
            }
        }
    }
}
