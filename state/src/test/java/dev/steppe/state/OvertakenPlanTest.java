package dev.steppe.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientState;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A plan that was made while a node was silent comes into the log after the node has spoken again. */
class OvertakenPlanTest {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
    private static final AllocationId ID = new AllocationId("11111111-1111-4111-8111-111111111111");

    private final Store store = new Store();

    @BeforeEach
    void an_allocation_runs_on_a_node_that_is_out_of_reach() throws CodecException {
        apply(new Command.RegisterNode(
                Codec.fromJson(
                        NodeSpec.class,
                        "{\"ID\":\"n1\",\"Name\":\"alpha\",\"Datacenter\":\"dc1\",\"HTTPAddr\":\"10.0.0.1:4646\"}"),
                List.of(),
                AT));
        var allocation = Codec.fromJson(
                Allocation.class,
                "{\"ID\":\"" + ID
                        + "\",\"EvalID\":\"22222222-2222-4222-8222-222222222222\",\"Namespace\":\"default\",\"JobID\":\"web\",\"TaskGroup\":\"g\",\"Name\":\"web.g[0]\","
                        + "\"NodeID\":\"n1\",\"DesiredStatus\":\"run\",\"ClientStatus\":\"pending\"}");
        apply(new Command.ApplyPlan(List.of(allocation), List.of(), List.of(), List.of(), AT));
        report(ClientStatus.RUNNING);
        node(NodeStatus.DISCONNECTED);
    }

    private void apply(Command command) {
        assertThat(store.apply(command.encode())).isInstanceOf(Store.Result.Applied.class);
    }

    private void node(NodeStatus status) {
        apply(new Command.SetNodeStatus(new NodeId("n1"), status, "", List.of(), AT));
    }

    private ClientStatus status() {
        return allocation().client().status();
    }

    private Allocation allocation() {
        return store.snapshot().allocation(ID).orElseThrow();
    }

    private void report(ClientStatus status) {
        ClientState state = allocation().client().with(status, "told by its node");
        apply(new Command.ReportAllocations(List.of(new Command.Report(ID, state)), List.of(), AT));
    }

    private void plan(DesiredStatus desired, ClientStatus status) {
        apply(new Command.ApplyPlan(
                List.of(),
                List.of(new Command.Stop(ID, desired, "its node does not answer", Optional.of(status))),
                List.of(),
                List.of(),
                AT));
    }

    @Test
    void what_runs_on_a_node_that_does_not_answer_is_unknown() {
        plan(DesiredStatus.RUN, ClientStatus.UNKNOWN);
        assertThat(status()).isEqualTo(ClientStatus.UNKNOWN);
    }

    @Test
    void what_has_ended_meanwhile_is_not_unknown_again() {
        report(ClientStatus.LOST);
        plan(DesiredStatus.RUN, ClientStatus.UNKNOWN);
        assertThat(status()).isEqualTo(ClientStatus.LOST);
    }

    @Test
    void what_runs_on_a_node_that_is_back_meanwhile_is_not_unknown_again() {
        report(ClientStatus.RUNNING);
        node(NodeStatus.READY);
        plan(DesiredStatus.RUN, ClientStatus.UNKNOWN);
        assertThat(status()).isEqualTo(ClientStatus.RUNNING);
        assertThat(allocation().desiredDescription()).isEmpty();
    }

    @Test
    void what_was_done_before_its_node_was_lost_is_not_lost() {
        report(ClientStatus.COMPLETE);
        plan(DesiredStatus.STOP, ClientStatus.LOST);
        assertThat(status()).isEqualTo(ClientStatus.COMPLETE);
        assertThat(allocation().desiredStatus()).isEqualTo(DesiredStatus.STOP);
    }
}
