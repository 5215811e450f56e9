package dev.steppe.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.io.sockets.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three members in one process, over loopback: the same log as with one member, and it survives the loss of one. */
class ThreeMembersTest {
    @TempDir
    Path directory;

    private final FreePorts ports = new FreePorts();
    private final List<Member> members = new ArrayList<>();
    private final TreeMap<MemberId, WordMachine> machines = new TreeMap<>();
    private final TreeMap<MemberId, RatisConsensus> running = new TreeMap<>();

    @BeforeEach
    void startAll() throws IOException {
        for (int i = 1; i <= 3; i++) {
            members.add(Member.at(new MemberId("m" + i), "127.0.0.1", ports.any()));
        }
        for (var member : members) {
            start(member.id());
        }
    }

    @AfterEach
    void closeAll() throws IOException {
        running.values().forEach(RatisConsensus::close);
        ports.close();
    }

    @Test
    void one_leads_all_apply_and_followers_name_the_leader() throws Exception {
        var leader = awaitLeader();
        for (int i = 0; i < 20; i++) {
            assertThat(Await.outcome(leader, "w" + i)).isEqualTo(new Proposal.Applied(i + 1, "applied w" + i));
        }
        for (var member : running.values()) {
            Await.until(
                    () -> "all applied on " + member.status(),
                    () -> machines.get(member.status().self()).words().size() == 20);
        }
        var follower = followers(leader).getFirst();
        Await.until(
                "leader known",
                () -> follower.leadership() instanceof Leadership.Following following
                        && following.leader().equals(Optional.of(leader.status().self())));
        assertThat(Await.outcome(follower, "no"))
                .isEqualTo(new Proposal.NotLeader(Optional.of(leader.status().self())));
        assertThat(Await.barrier(follower)).isEqualTo(new Consensus.Barrier.Reached(20));
        assertThat(leader.status().members()).containsExactlyInAnyOrderElementsOf(members);
    }

    @Test
    void log_goes_on_without_its_leader_and_the_old_leader_catches_up() throws Exception {
        var first = awaitLeader();
        Await.outcome(first, "before");
        var lost = first.status().self();
        stop(lost);
        var second = awaitLeader();
        assertThat(Await.outcome(second, "after")).isEqualTo(new Proposal.Applied(2, "applied after"));
        start(lost);
        Await.until("caught up", () -> machines.get(lost).words().equals(List.of("before", "after")));
    }

    @Test
    void member_that_was_away_too_long_gets_a_snapshot() throws Exception {
        var leader = awaitLeader();
        var away = followers(leader).getFirst().status().self();
        Await.outcome(leader, "first");
        Await.until("follower has the first", () -> !machines.get(away).words().isEmpty());
        stop(away);
        // Enough entries that the log forgets those the absent member needs.
        for (int i = 0; i < 400; i++) {
            assertThat(Await.outcome(leader, i + "x".repeat(50_000))).isInstanceOf(Proposal.Applied.class);
        }
        assertThat(Await.snapshot(leader)).isInstanceOf(Consensus.SnapshotOutcome.Written.class);
        start(away);
        Await.until(
                () -> "caught up, has " + machines.get(away).words().size(),
                () -> machines.get(away).words().size() == 401);
        assertThat(machines.get(away).restored()).as("by a snapshot").isEqualTo(1);
        assertThat(Await.outcome(leader, "later")).isInstanceOf(Proposal.Applied.class);
        Await.until("goes on by log", () -> machines.get(away).words().getLast().equals("later"));
    }

    @Test
    void without_a_majority_nothing_is_acknowledged_and_nothing_read() throws Exception {
        var leader = awaitLeader();
        Await.outcome(leader, "one");
        for (var follower : followers(leader)) {
            stop(follower.status().self());
        }
        assertThat(Await.outcome(leader, "lonely"))
                .isInstanceOfAny(Proposal.Unavailable.class, Proposal.NotLeader.class);
        assertThat(Await.barrier(leader)).isInstanceOf(Consensus.Barrier.Unavailable.class);
        assertThat(machines.get(leader.status().self()).words()).containsExactly("one");
        Await.until(
                "it says that nobody leads",
                () -> leader.leadership()
                        .equals(new Leadership.Following(leader.status().term(), Optional.empty())));
    }

    @Test
    void follower_that_lost_its_leader_says_that_nobody_leads() throws Exception {
        var leader = awaitLeader();
        Await.outcome(leader, "one");
        var last = followers(leader).getFirst();
        for (var other : List.copyOf(running.values())) {
            if (other != last) {
                stop(other.status().self());
            }
        }
        Await.until(
                "it says that nobody leads",
                () -> last.leadership() instanceof Leadership.Following following
                        && following.leader().isEmpty());
    }

    @Test
    void leader_that_was_confirmed_once_is_confirmed_again_for_the_next_reader() throws Exception {
        var leader = awaitLeader();
        Await.outcome(leader, "one");
        assertThat(Await.barrier(leader)).isEqualTo(new Consensus.Barrier.Reached(1));
        for (var follower : followers(leader)) {
            stop(follower.status().self());
        }
        assertThat(Await.barrier(leader))
                .as("others may lead meanwhile, and have acknowledged what is not here")
                .isInstanceOf(Consensus.Barrier.Unavailable.class);
    }

    @Test
    void many_readers_on_each_member_see_what_was_acknowledged_before() throws Exception {
        var leader = awaitLeader();
        for (int i = 1; i <= 50; i++) {
            assertThat(Await.outcome(leader, "w" + i)).isInstanceOf(Proposal.Applied.class);
            var readers = new ArrayList<CompletableFuture<Consensus.Barrier>>();
            for (var member : running.values()) {
                for (int reader = 0; reader < 5; reader++) {
                    var barrier = new CompletableFuture<Consensus.Barrier>();
                    member.readBarrier(barrier::complete);
                    readers.add(barrier);
                }
            }
            for (var reader : readers) {
                assertThat(reader.get(30, TimeUnit.SECONDS)).isEqualTo(new Consensus.Barrier.Reached(i));
            }
        }
    }

    @Test
    void largest_commands_go_through() throws Exception {
        var leader = awaitLeader();
        for (int i = 0; i < 5; i++) {
            var word = "x".repeat(Consensus.COMMAND_BYTES_MAX - 1) + i;
            assertThat(Await.outcome(leader, word)).isInstanceOf(Proposal.Applied.class);
        }
        for (var member : running.values()) {
            Await.until(
                    "has all",
                    () -> machines.get(member.status().self()).words().size() == 5);
        }
    }

    private void start(MemberId id) throws IOException {
        var machine = new WordMachine();
        machines.put(id, machine);
        var limits = new ConsensusLimits(
                2, 4096, 1 << 20, 1 << 16, 64L << 20, 1L << 30, Duration.ofMillis(700), Duration.ofMillis(1400));
        running.put(
                id,
                RatisConsensus.start(
                        new ConsensusOptions(
                                directory.resolve(id.value()),
                                self(id),
                                members,
                                Optional.empty(),
                                Optional.empty(),
                                limits),
                        machine));
    }

    private Member self(MemberId id) {
        return members.stream()
                .filter(member -> member.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private void stop(MemberId id) {
        var member = running.remove(id);
        if (member != null) {
            member.close();
        }
    }

    private RatisConsensus awaitLeader() {
        var found = new ArrayList<RatisConsensus>();
        Await.until(
                () -> "a leader among "
                        + running.values().stream().map(RatisConsensus::status).toList(),
                () -> {
                    running.values().stream()
                            .filter(member -> member.leadership() instanceof Leadership.Leading)
                            .forEach(found::add);
                    return !found.isEmpty();
                });
        return found.getFirst();
    }

    private List<RatisConsensus> followers(RatisConsensus leader) {
        return running.values().stream().filter(member -> member != leader).toList();
    }
}
