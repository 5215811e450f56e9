package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.consensus.ConsensusOptions;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.Member;
import dev.steppe.consensus.MemberId;
import dev.steppe.consensus.RatisConsensus;
import dev.steppe.io.ThreadLoop;
import dev.steppe.model.Refusal;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Beside servers of an older version nothing is put into the log that they would leave out. */
class MixedVersionsTest {
    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    Path directory;

    private final Store store = new Store();
    private final AtomicReference<List<String>> objections = new AtomicReference<>(List.of());
    private final ThreadLoop loop = new ThreadLoop("test");
    private RatisConsensus log;
    private FormatAgreement formats;
    private Proposals proposals;

    @BeforeEach
    void start() throws Exception {
        log = RatisConsensus.start(ConsensusOptions.alone(directory.resolve("log")), new Machine(store));
        formats = new FormatAgreement(store);
        proposals = new Proposals(log, loop, store, formats);
        formats.ask(format -> objections.get());
        var leads = new CompletableFuture<Boolean>();
        log.onLeadership(part -> {
            if (part instanceof Leadership.Leading) {
                leads.complete(true);
            }
        });
        leads.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        log.close();
        loop.close();
    }

    private Reply<AccessEndpoint.Made> made(Optional<Path> reset, boolean vouched) throws Exception {
        var access = new AccessEndpoint(loop, proposals, reset, new SecureRandom());
        var reply = new CompletableFuture<Reply<AccessEndpoint.Made>>();
        access.make(new AccessEndpoint.Wish("t", Optional.empty(), vouched), reply::complete);
        return reply.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static Newcomer newcomer(int format) {
        return new Newcomer(Member.alone(new MemberId("d")), "d", 1, format);
    }

    @Test
    void what_a_server_that_is_being_taken_in_would_leave_out_waits_until_it_is_there() throws Exception {
        var older = newcomer(1);
        assertThat(formats.admit(older)).isEmpty();
        assertThat(formats.admit(older)).as("it asks again before it is in").isEmpty();
        formats.admitted(older);
        assertThat(made(Optional.empty(), false))
                .isEqualTo(Reply.refused(new Refusal(
                        Refusal.Code.UNSUPPORTED,
                        "this needs format 2 of the log, which all servers have to understand first: server d, which is"
                                + " being taken in, understands format 1: upgrade it")));
        formats.admitted(older);
        assertThat(formats.admit(newcomer(2))).isEmpty();
        assertThat(made(Optional.empty(), false)).isInstanceOf(Reply.Done.class);
    }

    @Test
    void no_server_is_taken_in_that_does_not_understand_what_the_others_are_agreeing_on() throws Exception {
        var ended = new CompletableFuture<Reply<Long>>();
        proposals.propose(new Command.DropRestore("x", loop.now()), ended::complete);
        assertThat(formats.admit(newcomer(1)))
                .as("the format is on its way")
                .contains(
                        "server d understands format 1 of the log, and the servers have agreed on 2: install the version"
                                + " that they have");
        ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(formats.admit(newcomer(1))).as("the format is in the log").isPresent();
    }

    @Test
    void a_format_that_came_to_nothing_keeps_nobody_out() throws Exception {
        log.close();
        assertThat(made(Optional.empty(), false)).isInstanceOf(Reply.Refused.class);
        assertThat(formats.admit(newcomer(1))).isEmpty();
    }

    @Test
    void what_an_older_server_would_leave_out_waits_until_it_is_upgraded_and_says_which_one_it_is() throws Exception {
        objections.set(List.of("server b understands format 1: upgrade it", "server c does not answer"));
        long before = store.snapshot().index();
        assertThat(made(Optional.empty(), false))
                .isEqualTo(Reply.refused(new Refusal(
                        Refusal.Code.UNSUPPORTED,
                        "this needs format 2 of the log, which all servers have to understand first: server b understands"
                                + " format 1: upgrade it; server c does not answer")));
        assertThat(store.snapshot().index()).as("nothing is in the log").isEqualTo(before);
        objections.set(List.of());
        assertThat(made(Optional.empty(), false)).isInstanceOf(Reply.Done.class);
        assertThat(store.snapshot().format()).isEqualTo(2);
        objections.set(List.of("server d understands format 1: upgrade it"));
        assertThat(made(Optional.empty(), true)).as("what was agreed on holds").isInstanceOf(Reply.Done.class);
    }

    @Test
    void what_no_server_of_this_version_understands_is_not_proposed() throws Exception {
        byte[] newer = {0x53, 0x54, 0x50, 0x31, 0, 0, 0, 99};
        var reply = new CompletableFuture<Reply<Long>>();
        proposals.propose(new Command.RestorePart("x", 0, 1, newer, loop.now()), reply::complete);
        assertThat(reply.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Reply.Refused.class,
                        refused -> assertThat(refused.refusal().message())
                                .contains("needs format 99", "this server understands format 2"));
    }

    @Test
    void whoever_lost_all_tokens_gets_one_by_a_file_on_the_server_with_the_index_of_the_newest() throws Exception {
        assertThat(made(Optional.empty(), false)).isInstanceOf(Reply.Done.class);
        var reset = directory.resolve("acl-bootstrap-reset");
        assertThat(made(Optional.of(reset), false))
                .isEqualTo(Reply.refused(
                        new Refusal(Refusal.Code.FORBIDDEN, "ACL bootstrap already done (reset index: 3)")));
        Files.writeString(reset, "3\n");
        assertThat(made(Optional.of(reset), false)).isInstanceOf(Reply.Done.class);
        assertThat(made(Optional.of(reset), false)).as("once").isInstanceOf(Reply.Refused.class);
    }
}
