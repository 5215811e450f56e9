package dev.steppe.consensus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A log that begins later, when its servers have found each other. Until then nobody leads, nothing is accepted and
 * nothing can be read; from then on it is the log that it was given.
 */
public final class PendingLog implements Consensus {
    private static final String NOT_YET = "the servers have not formed a group yet";

    private final MemberId self;
    private final List<Consumer<Leadership>> listeners = new ArrayList<>();
    private volatile Optional<Consensus> log = Optional.empty();
    private boolean closed;

    public PendingLog(MemberId self) {
        this.self = self;
    }

    /** From now on it is that log, which is closed with this one. */
    public synchronized void begin(Consensus begun) {
        if (log.isPresent()) {
            throw new IllegalStateException("the log has begun already");
        }
        if (closed) {
            begun.close();
            return;
        }
        log = Optional.of(begun);
        listeners.forEach(begun::onLeadership);
        listeners.clear();
    }

    /** Whether it has begun. */
    public boolean hasBegun() {
        return log.isPresent();
    }

    @Override
    public void propose(byte[] command, Consumer<Proposal> then) {
        log.ifPresentOrElse(
                it -> it.propose(command, then), () -> then.accept(new Proposal.Unavailable(NOT_YET, false)));
    }

    @Override
    public void readBarrier(Consumer<Barrier> then) {
        log.ifPresentOrElse(it -> it.readBarrier(then), () -> then.accept(new Barrier.Unavailable(NOT_YET)));
    }

    @Override
    public Leadership leadership() {
        return log.map(Consensus::leadership).orElseGet(() -> new Leadership.Following(0, Optional.empty()));
    }

    @Override
    public synchronized void onLeadership(Consumer<Leadership> listener) {
        if (log.isPresent()) {
            log.get().onLeadership(listener);
        } else {
            listeners.add(listener);
            listener.accept(leadership());
        }
    }

    @Override
    public void snapshot(Consumer<SnapshotOutcome> then) {
        log.ifPresentOrElse(it -> it.snapshot(then), () -> then.accept(new SnapshotOutcome.Failed(NOT_YET)));
    }

    @Override
    public Membership membership() {
        return log.map(Consensus::membership).orElseGet(() -> Membership.fixed(Members.of()));
    }

    @Override
    public Duration lastContact() {
        return log.map(Consensus::lastContact).orElse(Duration.ZERO);
    }

    @Override
    public Status status() {
        return log.map(Consensus::status)
                .orElseGet(() -> new Status(self, leadership(), 0, 0, -1, -1, -1, -1, List.of()));
    }

    @Override
    public synchronized void close() {
        closed = true;
        log.ifPresent(Consensus::close);
    }
}
