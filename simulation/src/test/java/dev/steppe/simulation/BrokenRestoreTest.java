package dev.steppe.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.Reply;
import dev.steppe.server.SavedState;
import dev.steppe.server.StateArchive;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A restore takes many entries of the log: all of them or nothing counts, whoever ends on the way. */
class BrokenRestoreTest {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Instant AT = Instant.parse("2026-01-31T08:00:00Z");
    private static final int JOBS = 4;

    @TempDir
    Path directory;

    private final VirtualTime time = new VirtualTime(11);
    private final Cluster cluster = new Cluster(time, new Tally(), 3, 0, false);

    private void until(String what, BooleanSupplier condition) {
        var deadline = time.elapsed().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(time.elapsed()).as("waiting for " + what).isLessThan(deadline);
            time.step();
        }
    }

    @BeforeEach
    void begin() {
        cluster.servers().subList(0, 3).forEach(Cluster.SimulatedServer::start);
        until(
                "a leader with keys",
                () -> cluster.ledState().flatMap(Snapshot::activeDataKey).isPresent());
    }

    /** Several parts of a mebibyte. */
    private Path archive() throws IOException, CodecException {
        var store = new Store();
        for (int i = 0; i < JOBS; i++) {
            var job = Codec.fromJson(JobSpec.class, """
                    {"ID":"kept%d","Meta":{"large":"%s"},"TaskGroups":[{"Name":"g","Tasks":[{"Name":"t","Driver":"simulated"}]}]}
                    """.formatted(i, "x".repeat(1 << 20)));
            store.apply(new Command.RegisterJob(job, Optional.empty(), Optional.empty(), AT));
        }
        var file = directory.resolve("state.snap");
        try (var out = Files.newOutputStream(file)) {
            StateArchive.of(store.snapshot(), "global", "elsewhere", 3, AT, Map.of())
                    .write(out);
        }
        return file;
    }

    private static boolean isRestored(Snapshot state) {
        return state.job(new JobKey("default", new JobId("kept0"))).isPresent();
    }

    private Cluster.SimulatedServer leader() {
        until("a leader", () -> cluster.leader().isPresent());
        return cluster.leader().orElseThrow();
    }

    @Test
    void every_server_has_the_state_of_the_archive() throws Exception {
        var replies = new ArrayList<Reply<Long>>();
        leader().running().orElseThrow().operator().restore(SavedState.open(archive()), replies::add);
        until("the reply", () -> !replies.isEmpty());
        assertThat(replies.getFirst()).isInstanceOf(Reply.Done.class);
        for (var server : cluster.servers().subList(0, 3)) {
            until(
                    "it is there",
                    () -> server.state().filter(BrokenRestoreTest::isRestored).isPresent());
        }
    }

    @Test
    void leader_that_ends_between_two_parts_changes_nothing_and_leaves_nothing() throws Exception {
        var lost = leader();
        lost.running().orElseThrow().operator().restore(SavedState.open(archive()), reply -> {});
        until(
                "another server knows a part",
                () -> cluster.servers().stream()
                        .filter(server -> server != lost)
                        .flatMap(server -> server.state().stream())
                        .anyMatch(state -> state.restoring().isPresent()));
        lost.crash();
        var next = leader();
        until(
                "it knows the part",
                () -> next.state().flatMap(Snapshot::restoring).isPresent());
        until(
                "the part is gone",
                () -> cluster.ledState()
                        .filter(state -> state.restoring().isEmpty())
                        .isPresent());
        lost.start();
        until(
                "it is gone everywhere",
                () -> cluster.servers().subList(0, 3).stream()
                        .allMatch(server -> server.state()
                                .filter(state ->
                                        state.index() > 0 && state.restoring().isEmpty())
                                .isPresent()));
        assertThat(cluster.ledState()).isPresent().get().matches(state -> !isRestored(state));
    }
}
