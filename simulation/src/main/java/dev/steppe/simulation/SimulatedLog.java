package dev.steppe.simulation;

import dev.steppe.consensus.Consensus;
import dev.steppe.consensus.Leadership;
import dev.steppe.consensus.Member;
import dev.steppe.consensus.MemberId;
import dev.steppe.consensus.Members;
import dev.steppe.consensus.Membership;
import dev.steppe.consensus.Proposal;
import dev.steppe.consensus.ReplicatedMachine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * The replicated log on virtual time, with a disk that outlives its member: a command is durable after a delay, applied
 * and acknowledged after another, and a member that comes back applies snapshot and log before it leads. Leadership can
 * be taken away and given back.
 */
final class SimulatedLog implements Consensus {
    private static final MemberId SELF = new MemberId("simulated");
    private static final long DURABLE_NANOS_MAX = 4_000_000;
    private static final long APPLY_NANOS_MAX = 1_000_000;
    private static final Duration ELECTION = Duration.ofMillis(30);
    private static final int SNAPSHOT_EVERY = 60;

    private final VirtualTime time;
    private final Disk disk;
    private final ReplicatedMachine machine;
    private final SplittableRandom random;
    private final List<Consumer<Leadership>> listeners = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private Leadership part;
    private long applied;
    private long lastDurableNanos;
    private long lastApplyNanos;
    private boolean closed;

    /** What survives the end of a member's process. */
    static final class Disk {
        private final List<byte[]> commands = new ArrayList<>();
        private byte[] snapshot = new byte[0];
        private long snapshotIndex;
        private long firstIndex = 1;
        private long term;
        private final boolean forgetful;

        /** A forgetful disk loses its newest command when its member ends: a fault that invariants must find. */
        Disk(boolean forgetful) {
            this.forgetful = forgetful;
        }

        long lastIndex() {
            return firstIndex + commands.size() - 1;
        }
    }

    /** A proposal that is durable but not yet applied, or not even durable. */
    private record Waiting(byte[] command, Consumer<Proposal> then) {}

    /** Starts a member on a disk: applies what is there, then leads. */
    SimulatedLog(VirtualTime time, Disk disk, ReplicatedMachine machine) {
        this.time = time;
        this.disk = disk;
        this.machine = machine;
        this.random = time.split();
        this.part = new Leadership.Following(disk.term, Optional.empty());
        restore();
        time.at(time.nowNanos() + ELECTION.toNanos(), "log elects", this::isOpen, this::lead);
    }

    private void restore() {
        if (disk.forgetful && !disk.commands.isEmpty()) {
            disk.commands.removeLast();
        }
        if (disk.snapshotIndex > 0) {
            try {
                machine.restore(new ByteArrayInputStream(disk.snapshot));
            } catch (IOException broken) {
                throw new IllegalStateException("a snapshot cannot be read back", broken);
            }
        }
        applied = disk.snapshotIndex;
        applyDurable();
    }

    private void applyDurable() {
        while (applied < disk.lastIndex()) {
            applied++;
            machine.apply(applied, disk.commands.get((int) (applied - disk.firstIndex)));
        }
    }

    private boolean isOpen() {
        return !closed;
    }

    private void lead() {
        if (part instanceof Leadership.Leading) {
            return;
        }
        applyDurable();
        disk.term++;
        become(new Leadership.Leading(disk.term));
    }

    /** Takes leadership away for a while. Nobody knows what becomes of the proposals under way. */
    void loseLeadership(Duration away) {
        if (!(part instanceof Leadership.Leading)) {
            return;
        }
        become(new Leadership.Following(disk.term, Optional.empty()));
        var unknown = List.copyOf(waiting);
        waiting.clear();
        for (var proposal : unknown) {
            if (random.nextBoolean()) {
                disk.commands.add(proposal.command);
            }
            proposal.then.accept(new Proposal.Unavailable("leadership was lost", true));
        }
        time.at(time.nowNanos() + away.toNanos(), "log elects", this::isOpen, this::lead);
    }

    private void become(Leadership next) {
        part = next;
        List.copyOf(listeners).forEach(listener -> listener.accept(next));
    }

    @Override
    public void propose(byte[] command, Consumer<Proposal> then) {
        if (closed) {
            then.accept(new Proposal.Unavailable("the log is closed", false));
            return;
        }
        if (!(part instanceof Leadership.Leading)) {
            then.accept(new Proposal.NotLeader(Optional.empty()));
            return;
        }
        var proposal = new Waiting(command.clone(), then);
        waiting.add(proposal);
        lastDurableNanos = Math.max(lastDurableNanos + 1, time.nowNanos() + random.nextLong(1, DURABLE_NANOS_MAX));
        time.at(lastDurableNanos, "log durable", this::isOpen, () -> durable(proposal));
    }

    private void durable(Waiting proposal) {
        if (!waiting.remove(proposal)) {
            return;
        }
        disk.commands.add(proposal.command);
        long index = disk.lastIndex();
        lastApplyNanos = Math.max(lastApplyNanos + 1, time.nowNanos() + random.nextLong(1, APPLY_NANOS_MAX));
        time.at(lastApplyNanos, "log apply", this::isOpen, () -> applyUpTo(index, proposal));
    }

    /** The engine may have applied this one already, after a change of leadership. */
    private void applyUpTo(long index, Waiting proposal) {
        if (index <= applied) {
            proposal.then.accept(new Proposal.Unavailable("leadership was lost", true));
            return;
        }
        while (applied < index - 1) {
            applied++;
            machine.apply(applied, disk.commands.get((int) (applied - disk.firstIndex)));
        }
        applied = index;
        var result = machine.apply(index, proposal.command);
        time.note(index);
        proposal.then.accept(new Proposal.Applied(index, result));
        if (applied - disk.snapshotIndex >= SNAPSHOT_EVERY) {
            snapshot(outcome -> {});
        }
    }

    @Override
    public void snapshot(Consumer<SnapshotOutcome> then) {
        long index = applied;
        var bytes = new ByteArrayOutputStream();
        try {
            machine.capture().write(bytes);
        } catch (IOException impossible) {
            throw new IllegalStateException("writing to memory failed", impossible);
        }
        disk.snapshot = bytes.toByteArray();
        disk.snapshotIndex = index;
        int forget = (int) (index - disk.firstIndex + 1);
        disk.commands.subList(0, forget).clear();
        disk.firstIndex = index + 1;
        then.accept(new SnapshotOutcome.Written(index, disk.snapshot.length));
    }

    @Override
    public void readBarrier(Consumer<Barrier> then) {
        if (part instanceof Leadership.Leading) {
            then.accept(new Barrier.Reached(applied));
        } else {
            then.accept(new Barrier.Unavailable("no leader"));
        }
    }

    @Override
    public Leadership leadership() {
        return part;
    }

    @Override
    public void onLeadership(Consumer<Leadership> listener) {
        listeners.add(listener);
        listener.accept(part);
    }

    @Override
    public Membership membership() {
        return Membership.fixed(Members.of(Member.alone(SELF)));
    }

    @Override
    public Status status() {
        return new Status(
                SELF,
                part,
                disk.term,
                applied,
                applied,
                disk.lastIndex(),
                disk.lastIndex(),
                disk.snapshotIndex,
                List.of(Member.alone(SELF)));
    }

    /** Ends like a killed process: what was not durable is gone, nobody is told. */
    @Override
    public void close() {
        closed = true;
    }
}
