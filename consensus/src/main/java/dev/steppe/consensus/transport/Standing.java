package dev.steppe.consensus.transport;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;

/**
 * Whether this member still leads, which only a majority can tell: it does if they answer something that was sent after
 * the question. Any number of readers costs one round of messages at a time. No clock is believed.
 */
public final class Standing {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Shared<Long> question = new Shared<>(this::begin);
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<RaftPeerId, Appender> appenders = new HashMap<>();
    private volatile Optional<RaftServer.Division> division = Optional.empty();
    private Optional<Round> current = Optional.empty();

    /**
     * One question to everybody.
     *
     * @param index what was committed when it was asked
     * @param asked the appenders of the others, with the number from which on an answer counts
     */
    private record Round(
            long index,
            long beginNanos,
            Map<Appender, Long> asked,
            Set<RaftPeerId> answered,
            CompletableFuture<Long> outcome) {}

    /** From now on it is asked for that engine. */
    public void of(RaftServer.Division engine) {
        division = Optional.of(engine);
    }

    /**
     * The last entry that was committed when this was asked, as soon as it is certain that this member led then; fails
     * if it does not lead or nobody confirms it.
     */
    public CompletableFuture<Long> confirm() {
        return question.ask();
    }

    private CompletableFuture<Long> begin() {
        var index = committed();
        if (index.isEmpty()) {
            return CompletableFuture.failedFuture(notLeading());
        }
        if (isMajority(Set.of())) {
            return CompletableFuture.completedFuture(index.getAsLong());
        }
        var outcome = new CompletableFuture<Long>();
        ask(index.getAsLong(), System.nanoTime(), outcome);
        return outcome;
    }

    private void ask(long index, long beginNanos, CompletableFuture<Long> outcome) {
        var asked = new HashMap<Appender, Long>();
        lock.lock();
        try {
            appenders.values().forEach(appender -> asked.put(appender, appender.getCallId()));
            current = Optional.of(new Round(index, beginNanos, asked, new HashSet<>(), outcome));
        } finally {
            lock.unlock();
        }
        asked.keySet().forEach(Appender::triggerHeartbeat);
    }

    private static IllegalStateException notLeading() {
        return new IllegalStateException("this member does not lead, or not yet");
    }

    /** Empty if this member does not lead, or has not committed anything of its own term yet. */
    private OptionalLong committed() {
        return division.filter(it -> it.getInfo().isLeader() && it.getInfo().isLeaderReady())
                .map(it -> OptionalLong.of(it.getRaftLog().getLastCommittedIndex()))
                .orElse(OptionalLong.empty());
    }

    /** That member answered the message of that number as one answers its leader. */
    void acknowledged(Appender appender, long call) {
        Round round;
        lock.lock();
        try {
            if (current.isEmpty()) {
                return;
            }
            round = current.get();
            if (call < round.asked().getOrDefault(appender, Long.MAX_VALUE)) {
                return;
            }
            round.answered().add(appender.getFollowerId());
            if (!isMajority(round.answered())) {
                return;
            }
            current = Optional.empty();
        } finally {
            lock.unlock();
        }
        round.outcome().complete(round.index());
    }

    /** While the members change, a majority of the old ones and one of the new ones. */
    private boolean isMajority(Set<RaftPeerId> others) {
        return division.filter(it -> {
                    var members = it.getRaftConf();
                    return isMajorityOf(members.getCurrentPeers(), it.getId(), others)
                            && (members.getPreviousPeers().isEmpty()
                                    || isMajorityOf(members.getPreviousPeers(), it.getId(), others));
                })
                .isPresent();
    }

    private static boolean isMajorityOf(Collection<RaftPeer> members, RaftPeerId self, Set<RaftPeerId> others) {
        long counted = members.stream()
                .map(RaftPeer::getId)
                .filter(id -> id.equals(self) || others.contains(id))
                .count();
        return 2 * counted > members.size();
    }

    void joined(Appender appender) {
        lock.lock();
        try {
            appenders.put(appender.getFollowerId(), appender);
        } finally {
            lock.unlock();
        }
        again();
    }

    void left(Appender appender) {
        lock.lock();
        try {
            appenders.remove(appender.getFollowerId(), appender);
        } finally {
            lock.unlock();
        }
        again();
    }

    /** Tells a member at once that the entry is committed, if it does not know. */
    void wake(String member, long entry) {
        appenders().stream()
                .filter(appender -> appender.getFollowerId().toString().equals(member)
                        && appender.getFollower().getCommitIndex() < entry)
                .forEach(Appender::triggerHeartbeat);
    }

    List<Appender> appenders() {
        lock.lock();
        try {
            return List.copyOf(appenders.values());
        } finally {
            lock.unlock();
        }
    }

    /** Asks those who are to be asked now, if something is asked; to be called when this member leads no more. */
    public void again() {
        Optional<Round> interrupted;
        lock.lock();
        try {
            interrupted = current;
            current = Optional.empty();
        } finally {
            lock.unlock();
        }
        interrupted.ifPresent(round -> {
            if (committed().isEmpty()) {
                round.outcome().completeExceptionally(notLeading());
            } else {
                ask(round.index(), round.beginNanos(), round.outcome());
            }
        });
    }

    /** Gives up what nobody confirms; to be called now and then. */
    void watch(long nowNanos) {
        Optional<Round> late;
        lock.lock();
        try {
            late = current.filter(round -> nowNanos - round.beginNanos() > PATIENCE.toNanos());
            if (late.isPresent()) {
                current = Optional.empty();
            }
        } finally {
            lock.unlock();
        }
        late.ifPresent(round -> round.outcome()
                .completeExceptionally(new IllegalStateException("no majority of the members confirmed within "
                        + PATIENCE.toSeconds() + " s that this one leads")));
    }
}
