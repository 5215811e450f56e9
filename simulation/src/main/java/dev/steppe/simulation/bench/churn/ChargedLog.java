package dev.steppe.simulation.bench.churn;

import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.Member;
import dev.steppe.consensus.MemberId;
import dev.steppe.consensus.Members;
import dev.steppe.consensus.Membership;
import dev.steppe.consensus.Proposal;
import dev.steppe.simulation.VirtualTime;
import dev.steppe.state.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A log of one member on virtual time: what was proposed meanwhile is written together, and applying takes what it takes. */
final class ChargedLog implements Consensus {
    private static final Duration SYNC = Duration.ofMillis(2);
    private static final MemberId SELF = new MemberId("s1");

    private final VirtualTime time;
    private final Store store;
    private List<Entry> waiting = new ArrayList<>();
    private boolean writing;
    private long index;
    private long busyNanos;

    private record Entry(byte[] command, Consumer<Proposal> then) {}

    ChargedLog(VirtualTime time, Store store) {
        this.time = time;
        this.store = store;
    }

    /** What applying took in all. */
    Duration busy() {
        return Duration.ofNanos(busyNanos);
    }

    @Override
    public void propose(byte[] command, Consumer<Proposal> then) {
        waiting.add(new Entry(command, then));
        write();
    }

    private void write() {
        if (!writing && !waiting.isEmpty()) {
            writing = true;
            time.after(SYNC, "log", this::apply);
        }
    }

    private void apply() {
        var batch = waiting;
        waiting = new ArrayList<>();
        long begun = ChargedLoop.processorNanos();
        for (Entry entry : batch) {
            entry.then().accept(new Proposal.Applied(++index, store.apply(entry.command())));
        }
        long took = ChargedLoop.processorNanos() - begun;
        busyNanos += took;
        time.after(Duration.ofNanos(took), "log", () -> {
            writing = false;
            write();
        });
    }

    @Override
    public void readBarrier(Consumer<Barrier> then) {
        then.accept(new Barrier.Reached(index));
    }

    @Override
    public Leadership leadership() {
        return new Leadership.Leading(1);
    }

    @Override
    public void onLeadership(Consumer<Leadership> listener) {
        listener.accept(leadership());
    }

    @Override
    public void snapshot(Consumer<SnapshotOutcome> then) {
        then.accept(new SnapshotOutcome.Failed("this log is never cut"));
    }

    @Override
    public Status status() {
        return new Status(SELF, leadership(), 1, index, index, index, index, -1, List.of(Member.alone(SELF)));
    }

    @Override
    public Membership membership() {
        return Membership.fixed(Members.of(Member.alone(SELF)));
    }

    @Override
    public void close() {
        waiting.clear();
    }
}
