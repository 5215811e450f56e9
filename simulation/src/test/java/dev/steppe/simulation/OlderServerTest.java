package dev.steppe.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.consensus.Member;
import dev.steppe.consensus.MemberId;
import dev.steppe.consensus.Members;
import dev.steppe.server.AccessEndpoint;
import dev.steppe.server.Newcomer;
import dev.steppe.server.Reply;
import dev.steppe.server.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A server that is taken in at the very moment when the others agree on a format of the log which it does not understand: one
 * of the two waits for the other.
 */
class OlderServerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Newcomer OLDER = new Newcomer(Member.alone(new MemberId("s4")), "older", 9, 1);

    private final VirtualTime time = new VirtualTime(11);
    private final Cluster cluster = new Cluster(time, new Tally(), 3, 0, false);
    private final List<Reply<Members>> joined = new ArrayList<>();
    private final List<Reply<AccessEndpoint.Made>> made = new ArrayList<>();

    @BeforeEach
    void begin() {
        cluster.servers().forEach(Cluster.SimulatedServer::start);
        until(
                "a leader with keys",
                () -> cluster.ledState().flatMap(state -> state.activeDataKey()).isPresent());
    }

    private void until(String what, BooleanSupplier condition) {
        var deadline = time.elapsed().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(time.elapsed()).as("waiting for " + what).isLessThan(deadline);
            time.step();
        }
    }

    private Server leader() {
        return cluster.leader().flatMap(Cluster.SimulatedServer::running).orElseThrow();
    }

    private void join() {
        leader().operator().join(OLDER, joined::add);
    }

    /** Access tokens are of the second format. */
    private void makeToken() {
        leader().access().make(new AccessEndpoint.Wish("t", Optional.empty(), true), made::add);
    }

    private void awaitBoth() {
        until("both to end", () -> !joined.isEmpty() && !made.isEmpty());
    }

    private static <T> String refusal(Reply<T> reply) {
        return reply instanceof Reply.Refused<T> refused ? refused.refusal().message() : "";
    }

    @Test
    void format_waits_for_an_older_server_that_is_being_taken_in() {
        join();
        makeToken();
        awaitBoth();
        assertThat(joined.getFirst()).isInstanceOf(Reply.Done.class);
        assertThat(refusal(made.getFirst()))
                .contains("server older, which is being taken in, understands format 1: upgrade it");
        assertThat(cluster.members()).contains("s4");
        assertThat(leader().snapshot().format()).isEqualTo(1);
    }

    @Test
    void older_server_is_kept_out_while_the_others_agree() {
        makeToken();
        join();
        awaitBoth();
        assertThat(made.getFirst()).isInstanceOf(Reply.Done.class);
        assertThat(refusal(joined.getFirst()))
                .contains("server older understands format 1 of the log, and the servers have agreed on 2");
        assertThat(cluster.members()).doesNotContain("s4");
    }
}
