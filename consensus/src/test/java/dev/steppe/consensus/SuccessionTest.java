package dev.steppe.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader whose process ended is replaced at once, and no other. */
class SuccessionTest {
    @TempDir
    Path directory;

    private Group group;

    @BeforeEach
    void prepare() {
        group = new Group(directory);
        // Longer than any of these tests: by its silence nobody would be replaced.
        group.bears(Duration.ofMinutes(3));
    }

    @AfterEach
    void end() throws Exception {
        group.close();
    }

    @Test
    void leader_whose_process_ended_is_replaced_long_before_its_silence_is_noticed() throws Exception {
        group.three();
        group.write("before");
        for (var name : List.of("b", "c")) {
            group.awaitWord(name, "before");
        }
        group.stop("a");
        group.write("after");
        for (var name : List.of("b", "c")) {
            group.awaitWord(name, "after");
        }
        var second = group.leader().status().self().value();
        group.join("a");
        group.awaitWord("a", "after");
        group.stop(second);
        group.write("and once more");
    }

    @Test
    void member_that_ends_is_no_reason_for_an_election() throws Exception {
        var leader = group.three();
        group.write("before");
        long term = leader.status().term();
        group.stop("b");
        group.write("without it");
        group.join("b");
        group.awaitWord("b", "without it");
        assertThat(leader.status().term()).isEqualTo(term);
        assertThat(leader.leadership()).isEqualTo(new Leadership.Leading(term));
    }
}
