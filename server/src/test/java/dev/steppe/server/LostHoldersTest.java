package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.data.Ciphertext;
import dev.steppe.model.data.KeyOperation;
import dev.steppe.model.data.Session;
import dev.steppe.model.data.VariableKey;
import dev.steppe.model.data.VariableLock;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves that sessions and locks end when their holders are lost, not before, and that forgotten keys are forgotten. */
class LostHoldersTest {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
    private static final VariableKey LOCKED = new VariableKey("default", "lock");

    private final Store store = new Store();
    private final Renewals renewals = new Renewals();
    private final LostHolders controller = new LostHolders(renewals, new SessionChecks(new NewestCatalog("dc1")));
    private long looked;

    @BeforeEach
    void node() throws CodecException {
        var spec = Codec.fromJson(
                NodeSpec.class,
                "{\"ID\":\"n1\",\"Name\":\"alpha\",\"Datacenter\":\"dc1\",\"HTTPAddr\":\"10.0.0.1:4646\"}");
        apply(new Command.RegisterNode(spec, List.of(), AT));
    }

    private void apply(Command command) {
        assertThat(store.apply(command.encode())).isInstanceOf(Store.Result.Applied.class);
    }

    private void session(String id, Duration ttl, String... nodeChecks) {
        apply(new Command.CreateSession(
                new Session(
                        id,
                        "",
                        "alpha",
                        Duration.ZERO,
                        Session.Behavior.RELEASE,
                        ttl,
                        List.of(nodeChecks),
                        List.of(),
                        0,
                        0),
                AT));
        renewals.renew(KeyEndpoint.sessionName(id), AT);
    }

    private List<Command> look(long second) {
        looked = second;
        return controller.decide(store.snapshot(), AT.plusSeconds(second));
    }

    /** Looks every second, as a server does; what it decides in the end. */
    private List<Command> decide(long seconds) {
        var decided = List.<Command>of();
        while (looked < seconds) {
            decided = look(looked + 1);
        }
        return decided;
    }

    @Test
    void a_session_ends_after_twice_its_time_without_renewal() {
        session("s1", Duration.ofSeconds(10));
        assertThat(decide(20)).isEmpty();
        renewals.renew(KeyEndpoint.sessionName("s1"), AT.plusSeconds(20));
        assertThat(decide(40)).isEmpty();
        assertThat(decide(41)).containsExactly(new Command.DestroySession("s1", AT.plusSeconds(41)));
    }

    @Test
    void a_session_does_not_end_because_the_clock_was_set_and_ends_in_time_when_it_was_set_back() {
        session("s1", Duration.ofSeconds(10));
        assertThat(decide(10)).isEmpty();
        assertThat(look(3_600)).isEmpty();
        assertThat(look(-3_600)).isEmpty();
        assertThat(decide(-3_595)).isEmpty();
        assertThat(decide(-3_594)).containsExactly(new Command.DestroySession("s1", AT.plusSeconds(-3_594)));
    }

    @Test
    void a_session_without_a_time_ends_with_its_node_only() {
        session("s1", Duration.ZERO, "serfHealth");
        session("s2", Duration.ZERO);
        assertThat(decide(100_000)).isEmpty();
        apply(new Command.SetNodeStatus(new NodeId("n1"), NodeStatus.DOWN, "silent", List.of(), AT));
        assertThat(decide(100_002)).containsExactly(new Command.DestroySession("s1", AT.plusSeconds(100_002)));
    }

    @Test
    void a_new_leader_gives_everybody_their_full_time_again() {
        session("s1", Duration.ofSeconds(10));
        renewals.clear();
        assertThat(look(1_000)).isEmpty();
        assertThat(decide(1_020)).isEmpty();
        assertThat(decide(1_021)).hasSize(1);
    }

    @Test
    void a_lock_of_a_variable_is_lost_after_its_time_without_renewal() {
        var lock = new VariableLock("l1", Duration.ofSeconds(10), Duration.ofSeconds(15));
        apply(new Command.LockVariable(LOCKED, new Ciphertext("k", new byte[12], new byte[16]), true, lock, AT));
        renewals.renew(VariableEndpoint.lockName("l1"), AT);
        assertThat(decide(10)).isEmpty();
        assertThat(decide(11)).containsExactly(new Command.UnlockVariable(LOCKED, "l1", true, AT.plusSeconds(11)));
        apply(decide(13).getFirst());
        assertThat(store.snapshot().variable(LOCKED).orElseThrow().lockableFrom())
                .isEqualTo(AT.plusSeconds(28));
        assertThat(decide(15)).isEmpty();
    }

    @Test
    void removed_keys_are_forgotten_when_no_reader_waits_for_them_any_more() {
        apply(new Command.ChangeKeys(List.of(new KeyOperation.Set("a", new byte[0], 0)), AT));
        apply(new Command.ChangeKeys(List.of(new KeyOperation.Delete("a")), AT));
        var forgotten = new ForgottenKeys();
        assertThat(forgotten.decide(store.snapshot(), AT.plusSeconds(600))).isEmpty();
        var commands = forgotten.decide(store.snapshot(), AT.plusSeconds(901));
        assertThat(commands)
                .containsExactly(new Command.ReapTombstones(store.snapshot().indexOfKey("a"), AT.plusSeconds(901)));
    }
}
