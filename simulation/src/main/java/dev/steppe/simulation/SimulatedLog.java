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
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The replicated log on virtual time, as one server sees it: what its replica says is committed is applied one by one,
 * a little later. It leads when it has applied the first entry of its term. Proposals that were under way when
 * leadership was lost have no known outcome. Snapshots come often, so that members far behind need them.
 */
final class SimulatedLog implements Consensus {
    private static final long APPLY_NANOS_MAX = 1_000_000;
    private static final int SNAPSHOT_EVERY = 50;

    private final String self;
    private final VirtualTime time;
    private final LogGroup group;
    private final ReplicatedMachine machine;
    private final Journal journal;
    private final SplittableRandom random;
    private final LogReplica replica;
    private final List<Consumer<Leadership>> listeners = new ArrayList<>();
    private final TreeMap<Long, Waiting> waiting = new TreeMap<>();
    private Leadership part = new Leadership.Following(0, Optional.empty());
    private long applied;
    private long commands;
    private boolean applying;

    /** An entry of this leader's that somebody waits for. */
    private record Waiting(long term, Outcome outcome) {}

    private interface Outcome {
        void applied(long index, Optional<Object> result);

        void lost();
    }

    /** Learns what servers apply, and in which states they are. */
    interface Journal {
        void applied(String server, long command, byte[] bytes);

        void captured(String server, long command, byte[] state);
    }

    /** Starts a member with what its disk has: its snapshot at once, what follows when it is known to be committed. */
    SimulatedLog(
            String self, VirtualTime time, LogGroup group, LogDisk disk, ReplicatedMachine machine, Journal journal) {
        this.self = self;
        this.time = time;
        this.group = group;
        this.machine = machine;
        this.journal = journal;
        this.random = time.split();
        this.replica = new LogReplica(self, time, group, disk, new Applying());
        var snapshot = replica.content().snapshot();
        if (snapshot.index() > 0) {
            restore(snapshot);
        }
        group.joined(self, this);
    }

    void received(LogMessage message) {
        replica.received(message);
    }

    /** Takes leadership away; the next election may give it back. */
    void stepDown() {
        replica.stepDown();
    }

    long applied() {
        return applied;
    }

    private void restore(LogContent.Stored snapshot) {
        try {
            machine.restore(new ByteArrayInputStream(snapshot.bytes()));
        } catch (IOException broken) {
            throw new IllegalStateException("a snapshot cannot be read back", broken);
        }
        applied = snapshot.index();
        commands = snapshot.commands();
    }

    private final class Applying implements LogReplica.Owner {
        @Override
        public void committed() {
            if (!applying) {
                applying = true;
                applySoon();
            }
        }

        @Override
        public void installed(LogContent.Stored snapshot) {
            if (snapshot.index() > applied) {
                restore(snapshot);
                time.note(snapshot.index());
                group.tally().count(Tally.What.SNAPSHOTS_INSTALLED);
            }
        }

        @Override
        public void partMayHaveChanged() {
            SimulatedLog.this.partMayHaveChanged();
        }
    }

    private void applySoon() {
        long due = time.nowNanos() + random.nextLong(1, APPLY_NANOS_MAX);
        time.at(due, "log apply " + self, replica::isOpen, this::applyNext);
    }

    private void applyNext() {
        if (applied >= replica.committed()) {
            applying = false;
            return;
        }
        applied++;
        var entry = replica.content().entry(applied);
        var result = entry.command().map(this::apply);
        var awaited = waiting.remove(applied);
        if (awaited != null && awaited.term == entry.term()) {
            awaited.outcome.applied(commands, result);
        } else if (awaited != null) {
            awaited.outcome.lost();
        }
        if (result.isPresent() && commands % SNAPSHOT_EVERY == 0) {
            snapshot(outcome -> {});
        }
        partMayHaveChanged();
        applySoon();
    }

    private Object apply(byte[] command) {
        commands++;
        journal.applied(self, commands, command);
        time.note(commands);
        return machine.apply(commands, command);
    }

    private void partMayHaveChanged() {
        var now = partNow();
        if (part.equals(now)) {
            return;
        }
        part = now;
        if (!(now instanceof Leadership.Leading)) {
            var unknown = List.copyOf(waiting.values());
            waiting.clear();
            unknown.forEach(it -> it.outcome.lost());
        } else {
            group.tally().count(Tally.What.LEADERS_ELECTED);
        }
        List.copyOf(listeners).forEach(listener -> listener.accept(now));
    }

    private Leadership partNow() {
        long term = replica.content().term();
        return replica.leads() && applied >= replica.termBegan()
                ? new Leadership.Leading(term)
                : new Leadership.Following(
                        term,
                        replica.leader().filter(name -> !name.equals(self)).map(MemberId::new));
    }

    @Override
    public void propose(byte[] command, Consumer<Proposal> then) {
        if (!replica.isOpen()) {
            then.accept(new Proposal.Unavailable("the log is closed", false));
        } else if (!replica.leads()) {
            then.accept(new Proposal.NotLeader(replica.leader().map(MemberId::new)));
        } else if (!(part instanceof Leadership.Leading)) {
            then.accept(new Proposal.Unavailable("the leader is not ready yet", false));
        } else {
            append(Optional.of(command.clone()), new Outcome() {
                @Override
                public void applied(long index, Optional<Object> result) {
                    then.accept(new Proposal.Applied(index, result.orElseThrow()));
                }

                @Override
                public void lost() {
                    group.tally().count(Tally.What.PROPOSALS_LOST);
                    then.accept(new Proposal.Unavailable("leadership was lost", true));
                }
            });
        }
    }

    private void append(Optional<byte[]> command, Outcome outcome) {
        waiting.put(replica.append(command), new Waiting(replica.content().term(), outcome));
    }

    /** Answered by the leader only, when an entry of its own has come through. */
    @Override
    public void readBarrier(Consumer<Barrier> then) {
        if (!(part instanceof Leadership.Leading)) {
            then.accept(new Barrier.Unavailable("this member does not lead"));
            return;
        }
        append(Optional.empty(), new Outcome() {
            @Override
            public void applied(long index, Optional<Object> result) {
                then.accept(new Barrier.Reached(index));
            }

            @Override
            public void lost() {
                then.accept(new Barrier.Unavailable("leadership was lost"));
            }
        });
    }

    @Override
    public void snapshot(Consumer<SnapshotOutcome> then) {
        var bytes = new ByteArrayOutputStream();
        try {
            machine.capture().write(bytes);
        } catch (IOException impossible) {
            throw new IllegalStateException("writing to memory failed", impossible);
        }
        var state = bytes.toByteArray();
        journal.captured(self, commands, state);
        long term = replica.content().termAt(applied).orElseThrow();
        replica.keep(new LogContent.Stored(
                applied, term, commands, state, replica.content().membersAt(applied)));
        then.accept(new SnapshotOutcome.Written(commands, state.length));
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
        return new Membership() {
            @Override
            public Members members() {
                return new Members(SimulatedLog.this.members());
            }

            @Override
            public void change(Members wanted, Consumer<Outcome> then) {
                SimulatedLog.this.change(
                        wanted.all().stream().map(member -> member.id().value()).toList(), then);
            }

            @Override
            public void transfer(Optional<MemberId> to, Consumer<Outcome> then) {
                then.accept(new Outcome.Failed("the simulated log does not hand leadership over"));
            }

            @Override
            public List<Progress> progress() {
                return replica.followers().stream()
                        .map(it -> new Progress(
                                new MemberId(it.name()),
                                Duration.ofNanos(time.nowNanos() - it.heardNanos()),
                                it.matched()))
                        .toList();
            }
        };
    }

    private void change(List<String> wanted, Consumer<Membership.Outcome> then) {
        var index = part instanceof Leadership.Leading ? replica.change(wanted) : Optional.<Long>empty();
        if (index.isEmpty()) {
            then.accept(new Membership.Outcome.Failed("not now: another change is under way, or nobody leads"));
            return;
        }
        waiting.put(index.get(), new Waiting(replica.content().term(), new Outcome() {
            @Override
            public void applied(long command, Optional<Object> result) {
                group.tally().count(Tally.What.MEMBERS_CHANGED);
                then.accept(new Membership.Outcome.Done());
            }

            @Override
            public void lost() {
                then.accept(new Membership.Outcome.Failed("leadership was lost"));
            }
        }));
    }

    @Override
    public Status status() {
        return new Status(
                new MemberId(self),
                part,
                replica.content().term(),
                commands,
                applied,
                replica.committed(),
                replica.content().lastIndex(),
                replica.content().snapshot().index(),
                members());
    }

    private List<Member> members() {
        return replica.content().members().stream()
                .map(name -> Member.alone(new MemberId(name)))
                .toList();
    }

    /** Ends like a killed process: what was not durable is gone, nobody is told. */
    @Override
    public void close() {
        replica.end();
        group.left(self);
    }
}
