package dev.steppe.consensus;

import dev.steppe.consensus.transport.PeerNetwork;
import dev.steppe.consensus.transport.Shared;
import dev.steppe.consensus.transport.Standing;
import dev.steppe.io.Loop;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.ratis.server.RaftServer;

/**
 * Finds out what has been acknowledged anywhere, and waits until that is applied here. The engine's own way is not used:
 * a leader that once confirmed its leadership at an index answers later readers at that index without asking again, also
 * when it was stopped meanwhile and another one leads.
 */
final class ReadBarriers {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration RETRY = Duration.ofMillis(20);

    private final RaftServer.Division division;
    private final Standing standing;
    private final Optional<PeerNetwork> network;
    private final MachineAdapter machine;
    private final Loop timers;
    private final Shared<Long> leaderIsAsked;

    ReadBarriers(
            RaftServer.Division division,
            Standing standing,
            Optional<PeerNetwork> network,
            MachineAdapter machine,
            Loop timers) {
        this.division = division;
        this.standing = standing;
        this.network = network;
        this.machine = machine;
        this.timers = timers;
        this.leaderIsAsked = new Shared<>(this::askLeader);
    }

    void reach(Consumer<Consensus.Barrier> then) {
        attempt(System.nanoTime(), then);
    }

    private void attempt(long beginNanos, Consumer<Consensus.Barrier> then) {
        index().whenComplete((index, failure) -> {
            if (failure == null) {
                machine.whenApplied(index, () -> then.accept(new Consensus.Barrier.Reached(machine.commandIndex())));
            } else if (mayHelpToAskAgain(beginNanos)) {
                again(beginNanos, then);
            } else {
                then.accept(new Consensus.Barrier.Unavailable(Failures.rootMessage(failure)));
            }
        });
    }

    private CompletableFuture<Long> index() {
        return division.getInfo().isLeader() ? standing.confirm() : leaderIsAsked.ask();
    }

    private CompletableFuture<Long> askLeader() {
        var leader = Optional.ofNullable(division.getInfo().getLeaderId());
        if (leader.isEmpty() || network.isEmpty()) {
            return CompletableFuture.failedFuture(new IllegalStateException("no leader is known"));
        }
        return network.get().askReadIndex(leader.get().toString());
    }

    /** Somebody leads who may not be ready yet, or may just be replaced. */
    private boolean mayHelpToAskAgain(long beginNanos) {
        return division.getInfo().getLeaderId() != null
                && division.getInfo().isAlive()
                && System.nanoTime() - beginNanos < PATIENCE.toNanos();
    }

    private void again(long beginNanos, Consumer<Consensus.Barrier> then) {
        timers.after(RETRY, () -> attempt(beginNanos, then));
    }
}
