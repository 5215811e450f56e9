package dev.steppe.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members come and go while the log goes on, and nothing that was acknowledged is lost by it. */
class MembershipTest {
    private static final Duration MANY_ELECTIONS = Duration.ofSeconds(3);

    @TempDir
    Path directory;

    private Group group;

    @BeforeEach
    void prepare() {
        group = new Group(directory);
    }

    @AfterEach
    void end() throws Exception {
        group.close();
    }

    @Test
    void server_that_began_alone_without_an_address_grows_to_three() throws Exception {
        var id = new MemberId("a");
        try (var alone = RatisConsensus.start(ConsensusOptions.alone(group.directory("a"), id), new WordMachine())) {
            Await.leading(alone);
            assertThat(Await.outcome(alone, "alone")).isInstanceOf(Proposal.Applied.class);
            assertThat(alone.membership().members()).isEqualTo(Members.of(Member.alone(id)));
        }
        var leader = group.three();
        group.write("three");
        for (var name : List.of("a", "b", "c")) {
            group.awaitWord(name, "three");
            assertThat(group.machine(name).words()).containsExactly("alone", "three");
            var voters = List.of(group.at("a"), group.at("b"), group.at("c"));
            assertThat(group.member(name).membership().members().all()).containsExactlyInAnyOrderElementsOf(voters);
        }
        assertThat(leader.membership().progress()).hasSize(2);
        group.stop("a");
        group.write("without the first");
        group.found("a");
        group.awaitWord("a", "without the first");
    }

    @Test
    void server_with_others_does_not_start_without_an_address() throws Exception {
        group.three();
        group.stop("a");
        assertThatThrownBy(() -> RatisConsensus.start(
                        ConsensusOptions.alone(group.directory("a"), new MemberId("a")), new WordMachine()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("needs an address");
    }

    @Test
    void only_one_member_may_be_new_and_one_must_stay() throws Exception {
        var leader = group.found("a");
        Await.leading(leader);
        var now = leader.membership().members();
        assertThat(Group.change(leader, now.with(group.at("b")).with(group.at("c"))))
                .isEqualTo(new Membership.Outcome.Failed("only one member may be new at a time, but 2 are"));
        assertThat(Group.change(leader, Members.of())).isInstanceOf(Membership.Outcome.Failed.class);
    }

    @Test
    void member_that_never_answers_is_not_taken_in_and_the_log_goes_on() throws Exception {
        var leader = group.found("a");
        Await.leading(leader);
        assertThat(Group.change(leader, leader.membership().members().with(group.at("b"))))
                .isInstanceOf(Membership.Outcome.Failed.class);
        assertThat(leader.membership().members().all()).containsExactly(group.at("a"));
        group.write("goes on");
    }

    @Test
    void leadership_goes_where_it_is_sent() throws Exception {
        var first = group.three();
        group.write("before");
        assertThat(Group.transfer(first, Optional.of(new MemberId("c")))).isEqualTo(new Membership.Outcome.Done());
        Await.leading(group.member("c"));
        group.write("after");
        assertThat(Group.transfer(group.member("c"), Optional.empty())).isEqualTo(new Membership.Outcome.Done());
        Await.until("c follows", () -> group.member("c").leadership() instanceof Leadership.Following);
        assertThat(Group.transfer(group.leader(), Optional.of(new MemberId("nobody"))))
                .isEqualTo(new Membership.Outcome.Failed("nobody is no member of this log"));
    }

    @Test
    void member_whose_disk_is_lost_is_replaced_by_a_new_one() throws Exception {
        var leader = group.three();
        group.write("before");
        var lost = group.follower();
        group.stop(lost);
        group.loseDisk(lost);
        group.write("meanwhile");
        Group.done(leader, leader.membership().members().without(new MemberId(lost)));
        group.join("d");
        group.take(leader, "d");
        group.awaitWord("d", "meanwhile");
        assertThat(group.machine("d").words()).containsExactly("before", "meanwhile");
        assertThat(leader.membership().members().all()).hasSize(3);
    }

    @Test
    void member_is_replaced_live_while_others_write_and_nothing_acknowledged_is_lost() throws Exception {
        group.bears(Duration.ofSeconds(5));
        var leader = group.three();
        var lost = group.follower();
        var stop = new AtomicBoolean();
        try (var writers = Executors.newSingleThreadExecutor()) {
            var written = writers.submit(() -> {
                var words = new ArrayList<String>();
                while (!stop.get()) {
                    var word = "w" + words.size();
                    if (Group.acknowledged(leader, word)) {
                        words.add(word);
                    }
                }
                return words;
            });
            try {
                group.awaitWord(lost, "w0");
                group.stop(lost);
                group.loseDisk(lost);
                group.join("d");
                group.take(leader, "d");
                Group.done(leader, leader.membership().members().without(new MemberId(lost)));
                group.write("replaced");
                group.awaitWord("d", "replaced");
            } finally {
                stop.set(true);
            }
            var acknowledged = written.get(60, TimeUnit.SECONDS);
            group.write("end");
            group.awaitWord("d", "end");
            assertThat(group.machine("d").words()).containsSubsequence(acknowledged);
        }
        assertThat(leader.membership().members().all()).hasSize(3).contains(group.at("d"));
    }

    @Test
    void member_whose_disk_is_lost_comes_back_under_its_name_when_it_was_removed_before() throws Exception {
        var leader = group.three();
        group.write("before");
        var lost = group.follower();
        group.stop(lost);
        group.loseDisk(lost);
        Group.done(leader, leader.membership().members().without(new MemberId(lost)));
        group.join(lost);
        group.take(leader, lost);
        group.write("after");
        group.awaitWord(lost, "after");
        assertThat(group.machine(lost).words()).containsExactly("before", "after");
    }

    @Test
    void member_that_was_taken_out_while_it_was_away_waits_and_is_taken_in_again() throws Exception {
        var leader = group.three();
        group.write("before");
        var away = group.follower();
        group.stop(away);
        Group.done(leader, leader.membership().members().without(new MemberId(away)));
        group.write("meanwhile");
        var back = group.join(away);
        Await.until("it asked for votes, many times", () -> back.lastContact().compareTo(MANY_ELECTIONS) > 0);
        assertThat(back.leadership()).isInstanceOf(Leadership.Following.class);
        assertThat(leader.leadership()).isInstanceOf(Leadership.Leading.class);
        group.take(leader, away);
        group.write("after");
        group.awaitWord(away, "after");
        assertThat(group.machine(away).words()).containsExactly("before", "meanwhile", "after");
    }

    @Test
    void leader_that_is_removed_hands_over() throws Exception {
        var leader = group.three();
        group.write("before");
        Group.done(leader, leader.membership().members().without(new MemberId("a")));
        Await.until("a leads no more", () -> !(leader.leadership() instanceof Leadership.Leading));
        group.stop("a");
        group.write("after");
        assertThat(group.leader().membership().members().all()).containsExactlyInAnyOrder(group.at("b"), group.at("c"));
    }

    @Test
    void all_that_end_at_once_start_again_with_everything() throws Exception {
        group.three();
        for (int i = 0; i < 20; i++) {
            group.write("w" + i);
        }
        for (var name : List.of("a", "b", "c")) {
            group.stop(name);
        }
        for (var name : List.of("a", "b", "c")) {
            group.join(name);
        }
        group.write("again");
        for (var name : List.of("a", "b", "c")) {
            group.awaitWord(name, "again");
            assertThat(group.machine(name).words()).hasSize(21).startsWith("w0", "w1");
        }
    }

    @Test
    void rest_of_a_group_goes_on_when_it_is_told_that_the_others_are_gone() throws Exception {
        group.three();
        for (int i = 0; i < 5; i++) {
            group.write("w" + i);
        }
        var left = group.leader().status().self().value();
        for (var name : List.of("a", "b", "c")) {
            group.stop(name);
        }
        LostQuorum.recover(group.directory(left), Members.of(group.at(left)));
        group.join(left);
        group.write("recovered");
        assertThat(group.machine(left).words()).containsExactly("w0", "w1", "w2", "w3", "w4", "recovered");
        group.join("d");
        group.take(group.leader(), "d");
        group.write("two");
        group.awaitWord("d", "two");
        group.stop(left);
        group.join(left);
        group.awaitWord(left, "two");
    }

    @Test
    void two_that_are_left_recover_together_at_other_addresses_though_one_was_behind() throws Exception {
        var leader = group.three();
        group.write("one");
        group.awaitWord("b", "one");
        group.awaitWord("c", "one");
        group.stop("b");
        group.write("two");
        group.awaitWord("c", "two");
        group.stop("a");
        group.stop("c");
        group.move("b");
        group.move("c");
        var rest = Members.of(group.at("b"), group.at("c"));
        for (var name : List.of("b", "c")) {
            LostQuorum.recover(group.directory(name), rest);
            group.join(name);
        }
        group.write("three");
        for (var name : List.of("b", "c")) {
            group.awaitWord(name, "three");
            assertThat(group.machine(name).words()).containsExactly("one", "two", "three");
            assertThat(group.member(name).membership().members()).isEqualTo(rest);
        }
        assertThat(leader.leadership()).isInstanceOf(Leadership.Stopped.class);
    }

    @Test
    void members_are_replaced_only_where_there_is_a_log() {
        assertThatThrownBy(() -> LostQuorum.recover(group.directory("x"), Members.of(Member.alone(new MemberId("x")))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no log");
    }
}
