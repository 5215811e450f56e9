package dev.steppe.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A follower whose disk lost what it had confirmed gets it again, from the leader that it confirmed it to. */
class LostEntriesTest {
    @TempDir
    Path directory;

    private Group group;

    @BeforeEach
    void prepare() {
        group = new Group(directory);
        group.bears(Duration.ofSeconds(2));
    }

    @AfterEach
    void end() throws Exception {
        group.close();
    }

    /** The follower confirms these words and forgets that it ever did. */
    private String forgetting(RatisConsensus leader, int words, String filler) throws Exception {
        group.write("before");
        var follower = group.follower();
        group.awaitWord(follower, "before");
        group.stop(follower);
        var copy = group.copyOfDisk(follower);
        group.join(follower);
        for (int i = 0; i < words; i++) {
            group.write("w" + i + filler);
        }
        group.write("confirmed");
        group.awaitWord(follower, "confirmed");
        if (!filler.isEmpty()) {
            assertThat(Await.snapshot(leader)).isInstanceOf(Consensus.SnapshotOutcome.Written.class);
        }
        group.stop(follower);
        group.goBack(follower, copy);
        return follower;
    }

    @Test
    void entries_come_again() throws Exception {
        var leader = group.three();
        var follower = forgetting(leader, 20, "");
        group.join(follower);
        group.awaitWord(follower, "confirmed");
        group.write("after");
        group.awaitWord(follower, "after");
        assertThat(group.machine(follower).words()).startsWith("before", "w0").endsWith("w19", "confirmed", "after");
        assertThat(group.leader()).as("nobody else had to lead").isSameAs(leader);
    }

    @Test
    void snapshot_comes_where_the_log_begins_later() throws Exception {
        var leader = group.three();
        var follower = forgetting(leader, 400, "x".repeat(50_000));
        group.join(follower);
        group.awaitWord(follower, "confirmed");
        assertThat(group.machine(follower).restored()).as("by a snapshot").isEqualTo(1);
        group.write("after");
        group.awaitWord(follower, "after");
        assertThat(group.machine(follower).words()).hasSize(403);
        assertThat(group.leader()).as("nobody else had to lead").isSameAs(leader);
    }

    @Test
    void what_is_acknowledged_after_that_is_really_there() throws Exception {
        var leader = group.three();
        var follower = forgetting(leader, 5, "");
        var third = follower.equals("b") ? "c" : "b";
        group.stop(third);
        group.join(follower);
        group.write("sealed");
        group.stop("a");
        group.join(third);
        group.write("end");
        for (var name : List.of(follower, third)) {
            group.awaitWord(name, "end");
            assertThat(group.machine(name).words()).containsSubsequence("before", "w0", "confirmed", "sealed", "end");
        }
    }
}
