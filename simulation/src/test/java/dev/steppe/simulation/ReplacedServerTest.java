package dev.steppe.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.consensus.Member;
import dev.steppe.consensus.MemberId;
import dev.steppe.consensus.Members;
import dev.steppe.model.AutopilotSettings;
import dev.steppe.server.Newcomer;
import dev.steppe.server.Reply;
import dev.steppe.state.LogFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** A server that is gone for good goes out of the log by itself once another has taken its place, and not before. */
class ReplacedServerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final VirtualTime time = new VirtualTime(7);
    private final Cluster cluster = new Cluster(time, new Tally(), 3, 0, false);

    private void until(String what, BooleanSupplier condition) {
        var deadline = time.elapsed().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(time.elapsed()).as("waiting for " + what).isLessThan(deadline);
            time.step();
        }
    }

    private void runFor(Duration duration) {
        var end = time.elapsed().plus(duration);
        until("time to pass", () -> time.elapsed().compareTo(end) >= 0);
    }

    private void begin() {
        cluster.servers().forEach(Cluster.SimulatedServer::start);
        until(
                "a leader with keys",
                () -> cluster.ledState().flatMap(state -> state.activeDataKey()).isPresent());
    }

    private Cluster.SimulatedServer leader() {
        until("a leader", () -> cluster.leader().isPresent());
        return cluster.leader().orElseThrow();
    }

    /** A member that does not lead ends and never comes back. */
    private String lose() {
        var leader = leader();
        var lost = cluster.servers().stream()
                .filter(server -> server != leader && cluster.members().contains(server.name()))
                .filter(server -> server.running().isPresent())
                .findFirst()
                .orElseThrow();
        lost.crash();
        return lost.name();
    }

    private void take(String newcomer) {
        var replies = new ArrayList<Reply<Members>>();
        var wish = new Newcomer(Member.alone(new MemberId(newcomer)), newcomer, 9, LogFormat.NEWEST);
        until("the newcomer is asked in", () -> {
            leader().running().orElseThrow().operator().join(wish, replies::add);
            runFor(Duration.ofSeconds(1));
            return cluster.members().contains(newcomer);
        });
    }

    @Test
    void failed_server_goes_when_another_has_taken_its_place() {
        begin();
        var lost = lose();
        runFor(Duration.ofMinutes(2));
        assertThat(cluster.members()).as("two of three bear no further failure").contains(lost);
        take("s4");
        until("it is out", () -> !cluster.members().contains(lost));
        assertThat(cluster.members()).hasSize(3).contains("s4");
    }

    @Test
    void nobody_goes_below_the_least_number_of_servers() {
        begin();
        set(new AutopilotSettings(true, Duration.ofMillis(200), 250, 4, Duration.ofSeconds(10), 0, 0));
        var lost = lose();
        take("s4");
        runFor(Duration.ofMinutes(2));
        assertThat(cluster.members()).hasSize(4).contains(lost);
        set(new AutopilotSettings(true, Duration.ofMillis(200), 250, 3, Duration.ofSeconds(10), 0, 0));
        until("it is out", () -> !cluster.members().contains(lost));
    }

    @Test
    void nobody_goes_when_cleaning_up_is_switched_off() {
        begin();
        set(new AutopilotSettings(false, Duration.ofMillis(200), 250, 0, Duration.ofSeconds(10), 0, 0));
        var lost = lose();
        take("s4");
        runFor(Duration.ofMinutes(2));
        assertThat(cluster.members()).hasSize(4).contains(lost);
    }

    private void set(AutopilotSettings settings) {
        List<Reply<Long>> replies = new ArrayList<>();
        leader().running().orElseThrow().operator().setAutopilot(settings, Optional.empty(), replies::add);
        until("the settings hold", () -> !replies.isEmpty());
        assertThat(replies.getFirst()).isInstanceOf(Reply.Done.class);
    }
}
