package dev.steppe.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member comes back from what is on its disk: snapshots, the log after them, and what a crash left half-written. */
class RecoveryTest {
    @TempDir
    Path directory;

    @Test
    void snapshot_and_the_log_after_it_give_the_whole_state() throws Exception {
        try (var consensus = start(new WordMachine())) {
            write(consensus, "a", 50);
            assertThat(Await.snapshot(consensus)).isInstanceOf(Consensus.SnapshotOutcome.Written.class);
            assertThat(consensus.status().snapshotEntryIndex()).isPositive();
            write(consensus, "b", 50);
        }
        var again = new WordMachine();
        try (var consensus = start(again)) {
            Await.leading(consensus);
            assertThat(again.restored()).isEqualTo(1);
            assertThat(again.words()).hasSize(100);
            assertThat(again.words().getFirst()).isEqualTo("a0");
            assertThat(again.words().getLast()).isEqualTo("b49");
            assertThat(Await.outcome(consensus, "c")).isEqualTo(new Proposal.Applied(101, "applied c"));
        }
    }

    @Test
    void snapshot_of_a_state_that_did_not_change_is_the_one_there_is() throws Exception {
        try (var consensus = start(new WordMachine())) {
            write(consensus, "a", 3);
            var first = Await.snapshot(consensus);
            assertThat(first).isInstanceOf(Consensus.SnapshotOutcome.Written.class);
            assertThat(Await.snapshot(consensus)).isEqualTo(first);
        }
    }

    @Test
    void log_that_grows_is_replaced_by_snapshots_and_at_most_two_are_kept() throws Exception {
        var options = ConsensusOptions.alone(directory);
        var machine = new WordMachine();
        try (var consensus =
                RatisConsensus.start(options.withLimits(options.limits().withSnapshotAfterLogBytes(2000)), machine)) {
            write(consensus, "w", 2000);
            Await.until("a snapshot", () -> consensus.status().snapshotEntryIndex() > 0);
            var first = consensus.status().snapshotEntryIndex();
            write(consensus, "x", 4000);
            Await.until("a later snapshot", () -> consensus.status().snapshotEntryIndex() > first);
        }
        assertThat(snapshots()).hasSizeBetween(1, 2);
        var again = new WordMachine();
        try (var consensus = start(again)) {
            Await.leading(consensus);
            assertThat(again.words()).isEqualTo(machine.words());
        }
    }

    @Test
    void applying_goes_on_while_a_snapshot_is_written() throws Exception {
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var machine = new WordMachine();
        var slow = new ReplicatedMachine() {
            @Override
            public Object apply(long index, byte[] command) {
                return machine.apply(index, command);
            }

            @Override
            public Capture capture() {
                var capture = machine.capture();
                return out -> {
                    begun.countDown();
                    awaitQuietly(goOn);
                    capture.write(out);
                };
            }

            @Override
            public void restore(java.io.InputStream in) throws IOException {
                machine.restore(in);
            }
        };
        var outcomes = new AtomicInteger();
        try (var consensus = start(slow)) {
            write(consensus, "a", 2);
            consensus.snapshot(_ -> outcomes.incrementAndGet());
            begun.await();
            write(consensus, "b", 10);
            assertThat(outcomes).hasValue(0);
            goOn.countDown();
            Await.until("snapshot written", () -> outcomes.get() == 1);
        }
        var again = new WordMachine();
        try (var consensus = start(again)) {
            Await.leading(consensus);
            assertThat(again.words()).isEqualTo(machine.words());
        }
    }

    @Test
    void half_written_snapshot_is_ignored_and_removed() throws Exception {
        try (var consensus = start(new WordMachine())) {
            write(consensus, "a", 10);
            Await.snapshot(consensus);
        }
        var newest = snapshots().getFirst();
        var half = newest.resolveSibling("snapshot.9_999.tmp");
        Files.write(half, new byte[] {1, 2, 3});
        var again = new WordMachine();
        try (var consensus = start(again)) {
            Await.leading(consensus);
            assertThat(again.words()).hasSize(10);
        }
        assertThat(half).doesNotExist();
    }

    @Test
    void damaged_snapshot_is_refused_with_its_name() throws Exception {
        try (var consensus = start(new WordMachine())) {
            write(consensus, "a", 10);
            Await.snapshot(consensus);
        }
        var snapshot = snapshots().getFirst();
        overwrite(snapshot, Files.size(snapshot) - 1, new byte[] {'?'});
        assertThatThrownBy(() -> start(new WordMachine()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(snapshot.getFileName().toString())
                .hasMessageContaining("checksum");
    }

    @Test
    void record_cut_by_a_crash_is_taken_off_and_the_rest_stays() throws Exception {
        try (var consensus = start(new WordMachine())) {
            write(consensus, "a", 20);
        }
        var log = openLog();
        // The engine cuts its own padding when it closes, so the last record ends the file.
        long size = Files.size(log);
        overwrite(log, size - 6, new byte[6]);
        overwrite(log, size, new byte[4096]);
        var again = new WordMachine();
        try (var consensus = start(again)) {
            Await.leading(consensus);
            assertThat(again.words()).hasSize(19);
            assertThat(Await.outcome(consensus, "next")).isEqualTo(new Proposal.Applied(20, "applied next"));
        }
        var third = new WordMachine();
        try (var consensus = start(third)) {
            Await.leading(consensus);
            assertThat(third.words()).hasSize(20).endsWith("next");
        }
    }

    @Test
    void damage_with_acknowledged_commands_behind_it_is_refused() throws Exception {
        try (var consensus = start(new WordMachine())) {
            write(consensus, "a", 100);
        }
        var log = openLog();
        overwrite(log, 400, new byte[] {'?', '?', '?'});
        long size = Files.size(log);
        assertThatThrownBy(() -> start(new WordMachine()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(log.getFileName().toString())
                .hasMessageContaining("whole records follow");
        assertThat(log).as("nothing was cut").hasSize(size);
    }

    @Test
    void directory_in_use_is_refused_by_name() throws Exception {
        try (var consensus = start(new WordMachine())) {
            Await.leading(consensus);
            assertThatThrownBy(() -> start(new WordMachine()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use");
            assertThat(Await.outcome(consensus, "one")).isInstanceOf(Proposal.Applied.class);
        }
    }

    private RatisConsensus start(ReplicatedMachine machine) throws IOException {
        return RatisConsensus.start(ConsensusOptions.alone(directory), machine);
    }

    /** Each word in an entry of its own. */
    private static void write(Consensus consensus, String prefix, int count) throws Exception {
        Await.leading(consensus);
        for (int i = 0; i < count; i++) {
            assertThat(Await.outcome(consensus, prefix + i)).isInstanceOf(Proposal.Applied.class);
        }
    }

    private List<Path> snapshots() throws IOException {
        return files("snapshot\\.\\d+_\\d+");
    }

    private Path openLog() throws IOException {
        return files("log_inprogress_\\d+").getFirst();
    }

    private List<Path> files(String pattern) throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.getFileName().toString().matches(pattern))
                    .toList();
        }
    }

    private static void overwrite(Path file, long position, byte[] bytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), position);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
