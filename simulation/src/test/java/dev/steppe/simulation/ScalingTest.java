package dev.steppe.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Deployment;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.Reply;
import dev.steppe.server.ScaleEndpoint;
import dev.steppe.server.Server;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves on a server and a node, on virtual time, that counts of groups are changed within bounds, and when they are not. */
class ScalingTest {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final JobKey WEB = new JobKey("default", new JobId("web"));

    private final VirtualTime time = new VirtualTime(3);
    private final Cluster cluster = new Cluster(time, new Tally(), 1, 1, false);

    @BeforeEach
    void begin() {
        cluster.nodes().getFirst().machine().behave();
        cluster.servers().getFirst().start();
        cluster.nodes().getFirst().startAgent();
        until(() -> cluster.ledState().filter(it -> it.nodeCount() == 1).isPresent());
    }

    private void until(BooleanSupplier condition) {
        var deadline = time.elapsed().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(time.elapsed()).isLessThan(deadline);
            time.step();
        }
    }

    private Server server() {
        return cluster.servers().getFirst().running().orElseThrow();
    }

    private Snapshot state() {
        return cluster.ledState().orElseThrow();
    }

    private int count() {
        return state().job(WEB).orElseThrow().spec().taskGroups().getFirst().count();
    }

    private void register(String type, String group) throws CodecException {
        var replies = new ArrayList<Reply<?>>();
        var job = Codec.fromJson(JobSpec.class, """
                {"ID":"web","Type":"%s","TaskGroups":[{"Name":"g","Count":1%s,
                  "Tasks":[{"Name":"t","Driver":"simulated","Resources":{"CPU":50,"MemoryMB":50}}]}]}""".formatted(type, group));
        server().jobs().register(job, Optional.empty(), replies::add);
        until(() -> !replies.isEmpty());
        assertThat(replies.getFirst()).isInstanceOf(Reply.Done.class);
    }

    /** Empty when it was done; else why not. */
    private String scale(Optional<Long> count, boolean error, Optional<Long> index) {
        var replies = new ArrayList<Reply<ScaleEndpoint.Scaled>>();
        var wish = new ScaleEndpoint.Wish(WEB, "g", count, error, "more guests", Collections.emptySortedMap(), index);
        server().scales().scale(wish, replies::add);
        until(() -> !replies.isEmpty());
        return replies.getFirst() instanceof Reply.Refused<ScaleEndpoint.Scaled> refused
                ? refused.refusal().message()
                : "";
    }

    private String scale(long count) {
        return scale(Optional.of(count), false, Optional.empty());
    }

    @Test
    void a_count_is_changed_within_its_bounds_and_leaves_a_note() throws CodecException {
        register("batch", ",\"Scaling\":{\"Min\":1,\"Max\":3}");
        assertThat(scale(3)).isEmpty();
        assertThat(count()).isEqualTo(3);
        until(() -> state().allocationsOf(WEB).size() == 3);
        assertThat(scale(4)).contains("greater than scaling policy maximum: 4 > 3");
        assertThat(scale(0)).contains("less than scaling policy minimum: 0 < 1");
        assertThat(scale(Optional.of(2L), true, Optional.empty()))
                .contains("should not contain count if error is true");
        assertThat(scale(Optional.of(2L), false, Optional.of(1L))).contains("Enforcing job modify index 1");
        assertThat(scale(Optional.empty(), true, Optional.empty()))
                .as("a note only")
                .isEmpty();
        assertThat(count()).isEqualTo(3);
        assertThat(state().scaling(WEB).of("g"))
                .hasSize(2)
                .allMatch(it -> it.message().equals("more guests"));
    }

    @Test
    void what_runs_everywhere_has_no_count_to_change() throws CodecException {
        register("system", "");
        assertThat(scale(2)).contains("cannot scale jobs of type \"system\"");
    }

    @Test
    void a_count_for_each_node_is_small_and_one_where_no_two_may_be() throws CodecException {
        register("sysbatch", "");
        assertThat(scale(50_000)).contains("50000 together; at most 100 are possible in a sysbatch job");
        assertThat(scale(2)).isEmpty();
        register("sysbatch", ",\"Constraints\":[{\"Operand\":\"distinct_hosts\"}]");
        assertThat(scale(2)).contains("count 2 of a sysbatch job is for each node");
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void while_a_deployment_goes_on_the_count_stays_as_autoscalers_expect() throws CodecException {
        register("service", ",\"Update\":{\"MinHealthyTime\":60000000000,\"HealthyDeadline\":120000000000}");
        until(() -> !state().deploymentsOf(WEB).isEmpty());
        assertThat(scale(2)).startsWith("job scaling blocked due to active deployment");
        assertThat(scale(Optional.empty(), false, Optional.empty())).isEmpty();
        until(() -> state().deploymentsOf(WEB).stream().noneMatch(Deployment::isActive));
        assertThat(scale(2)).isEmpty();
        assertThat(count()).isEqualTo(2);
        assertThat(List.copyOf(state().deploymentsOf(WEB))).isNotEmpty();
    }
}
