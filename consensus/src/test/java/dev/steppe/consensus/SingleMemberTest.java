package dev.steppe.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log of one member behaves like a log: it orders, remembers, and tells every outcome. */
class SingleMemberTest {
    @TempDir
    Path directory;

    private final WordMachine machine = new WordMachine();

    @Test
    void command_is_applied_and_its_result_told() throws Exception {
        try (var consensus = start(machine)) {
            Await.leading(consensus);
            assertThat(Await.outcome(consensus, "one")).isEqualTo(new Proposal.Applied(1, "applied one"));
            assertThat(Await.outcome(consensus, "two")).isEqualTo(new Proposal.Applied(2, "applied two"));
        }
        assertThat(machine.words()).containsExactly("one", "two");
    }

    @Test
    void restart_keeps_everything_and_goes_on_counting() throws Exception {
        try (var consensus = start(machine)) {
            Await.leading(consensus);
            Await.outcome(consensus, "one");
        }
        var again = new WordMachine();
        try (var consensus = start(again)) {
            Await.leading(consensus);
            assertThat(again.words()).as("all applied when leading").containsExactly("one");
            assertThat(Await.outcome(consensus, "two")).isEqualTo(new Proposal.Applied(2, "applied two"));
        }
    }

    @Test
    void outcomes_of_one_thread_come_in_order_with_their_own_results() throws Exception {
        try (var consensus = start(machine)) {
            Await.leading(consensus);
            List<Proposal> outcomes = Collections.synchronizedList(new ArrayList<>());
            int count = 5000;
            var all = new CountDownLatch(count);
            for (int i = 1; i <= count; i++) {
                consensus.propose(Integer.toString(i).getBytes(java.nio.charset.StandardCharsets.UTF_8), outcome -> {
                    outcomes.add(outcome);
                    all.countDown();
                });
            }
            assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
            for (int i = 1; i <= count; i++) {
                assertThat(outcomes.get(i - 1)).isEqualTo(new Proposal.Applied(i, "applied " + i));
            }
            assertThat(consensus.status().lastEntryIndex())
                    .as("commands share entries")
                    .isLessThan(count / 4);
        }
    }

    @Test
    void leadership_is_told_in_order_up_to_the_stop() throws Exception {
        List<Leadership> told = Collections.synchronizedList(new ArrayList<>());
        try (var consensus = start(machine)) {
            consensus.onLeadership(told::add);
            Await.leading(consensus);
            Await.until("listener told", () -> told.stream().anyMatch(Leadership.Leading.class::isInstance));
        }
        assertThat(told.getLast()).isInstanceOf(Leadership.Stopped.class);
        assertThat(told.stream().filter(Leadership.Leading.class::isInstance)).hasSize(1);
    }

    @Test
    void term_grows_with_each_start() throws Exception {
        long first;
        try (var consensus = start(machine)) {
            Await.leading(consensus);
            first = ((Leadership.Leading) consensus.leadership()).term();
        }
        try (var consensus = start(new WordMachine())) {
            Await.leading(consensus);
            assertThat(((Leadership.Leading) consensus.leadership()).term()).isGreaterThan(first);
        }
    }

    @Test
    void read_barrier_is_reached_after_what_was_acknowledged() throws Exception {
        try (var consensus = start(machine)) {
            Await.leading(consensus);
            Await.outcome(consensus, "one");
            assertThat(Await.barrier(consensus)).isEqualTo(new Consensus.Barrier.Reached(1));
        }
    }

    @Test
    void after_close_proposals_and_barriers_are_unavailable_for_certain() throws Exception {
        var consensus = start(machine);
        Await.leading(consensus);
        consensus.close();
        consensus.close();
        assertThat(Await.outcome(consensus, "late")).isEqualTo(new Proposal.Unavailable("the log is closed", false));
        assertThat(Await.barrier(consensus)).isInstanceOf(Consensus.Barrier.Unavailable.class);
        assertThat(Await.snapshot(consensus)).isInstanceOf(Consensus.SnapshotOutcome.Failed.class);
    }

    @Test
    void too_large_command_is_refused_and_the_largest_is_taken() throws Exception {
        try (var consensus = start(new CountingMachine())) {
            Await.leading(consensus);
            assertThatThrownBy(() -> consensus.propose(new byte[Consensus.COMMAND_BYTES_MAX + 1], _ -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("3145728");
            var taken = new java.util.concurrent.CompletableFuture<Proposal>();
            consensus.propose(new byte[Consensus.COMMAND_BYTES_MAX], taken::complete);
            assertThat(taken.get(30, TimeUnit.SECONDS)).isInstanceOf(Proposal.Applied.class);
        }
    }

    @Test
    void machine_that_throws_stops_the_member_and_nothing_else() throws Exception {
        try (var consensus = start(machine)) {
            Await.leading(consensus);
            assertThat(Await.outcome(consensus, "poison")).isInstanceOf(Proposal.Unavailable.class);
            Await.until("stopped", () -> consensus.leadership() instanceof Leadership.Stopped);
            assertThat(consensus.leadership().toString()).contains("poison");
            assertThat(Await.outcome(consensus, "later")).isInstanceOf(Proposal.Unavailable.class);
        }
    }

    @Test
    void two_logs_live_in_one_process() throws Exception {
        var other = new WordMachine();
        try (var one = RatisConsensus.start(ConsensusOptions.alone(directory.resolve("a")), machine);
                var two = RatisConsensus.start(ConsensusOptions.alone(directory.resolve("b")), other)) {
            Await.leading(one);
            Await.leading(two);
            Await.outcome(one, "one");
            Await.outcome(two, "two");
        }
        assertThat(machine.words()).containsExactly("one");
        assertThat(other.words()).containsExactly("two");
    }

    private RatisConsensus start(ReplicatedMachine replicated) throws Exception {
        return RatisConsensus.start(ConsensusOptions.alone(directory), replicated);
    }
}
