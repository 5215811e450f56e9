package dev.steppe.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.ClientStatus;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** A node without servers ends what says {@code stop_on_client_after}, then and not when somebody sets its clock. */
class SilentClientTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final VirtualTime time = new VirtualTime(1);
    private final Cluster cluster = new Cluster(time, new Tally(), 1, 1, false);
    private final Cluster.SimulatedNode node = cluster.nodes().getFirst();

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

    private Optional<Snapshot> state() {
        return cluster.ledState();
    }

    private boolean isRunning() {
        return !node.machine().running().isEmpty();
    }

    /** A task runs there, its server knows it, and then there is no server any more. */
    private void loseTheServerOf(String disconnect) throws CodecException {
        var server = cluster.servers().getFirst();
        server.start();
        node.machine().behave();
        node.startAgent();
        until(
                "a leader with keys and a node",
                () -> state().filter(it -> it.nodeCount() == 1)
                        .flatMap(Snapshot::activeDataKey)
                        .isPresent());
        var job = Codec.fromJson(JobSpec.class, """
                {"ID":"web","Type":"service","TaskGroups":[{"Name":"g","Count":1,"Disconnect":%s,
                  "Tasks":[{"Name":"t","Driver":"simulated","Resources":{"CPU":50,"MemoryMB":50}}]}]}""".formatted(disconnect));
        server.running().orElseThrow().jobs().register(job, Optional.empty(), reply -> {});
        until(
                "a running task",
                () -> state().map(Snapshot::allocations).stream()
                        .flatMap(all -> StreamSupport.stream(all.spliterator(), false))
                        .anyMatch(it -> it.client().status() == ClientStatus.RUNNING));
        server.crash();
    }

    private void loseTheServer() throws CodecException {
        loseTheServerOf("{\"StopOnClientAfter\":" + LIMIT.toNanos() + "}");
    }

    @Test
    void ends_after_its_limit_without_a_server() throws CodecException {
        loseTheServer();
        runFor(LIMIT.minusSeconds(60));
        assertThat(isRunning()).isTrue();
        until("the end of the task", () -> !isRunning());
    }

    @Test
    void clock_that_is_set_forward_ends_nothing() throws CodecException {
        loseTheServer();
        node.clock().jump(Duration.ofDays(1));
        runFor(LIMIT.minusSeconds(60));
        assertThat(isRunning()).isTrue();
    }

    @Test
    void clock_that_is_set_back_keeps_nothing_running() throws CodecException {
        loseTheServer();
        node.clock().jump(Duration.ofDays(-1));
        runFor(LIMIT.plusSeconds(60));
        assertThat(isRunning()).isFalse();
    }

    @Test
    void server_that_is_back_in_time_finds_the_same_task() throws CodecException {
        loseTheServer();
        runFor(LIMIT.minusSeconds(60));
        cluster.servers().getFirst().start();
        runFor(LIMIT.multipliedBy(3));
        assertThat(isRunning()).isTrue();
    }

    @Test
    void groups_that_say_nothing_run_on() throws CodecException {
        loseTheServerOf("null");
        runFor(LIMIT.multipliedBy(3));
        assertThat(isRunning()).isTrue();
    }
}
