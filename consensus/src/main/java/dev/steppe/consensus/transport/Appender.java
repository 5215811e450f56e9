package dev.steppe.consensus.transport;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppenderBase;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.statemachine.SnapshotInfo;

/**
 * Sends the leader's entries to one other member, several messages at a time, each as soon as it is there: the thread
 * that finds new entries writes them to the connection itself, and the thread that reads an answer counts it. When a
 * message fails, everything after the last confirmed entry is sent again.
 */
final class Appender extends LogAppenderBase {
    private static final System.Logger LOG = System.getLogger(Appender.class.getName());
    /** Messages with entries on their way. */
    private static final int IN_FLIGHT_MAX = 16;
    /** How long a follower may not know that an entry is committed, if nothing else is sent. */
    private static final long COMMIT_DELAY_MILLIS = 20;

    private static final Duration RETRY_MIN = Duration.ofMillis(50);
    private static final int RETRY_DOUBLINGS = 4;
    private static final Duration STUCK = Duration.ofMillis(100);

    private final PeerNetwork network;
    private final AtomicLong calls = new AtomicLong();
    /** Guards the follower's next index and what is on its way. */
    private final ReentrantLock lock = new ReentrantLock();
    /** First entry of each message on its way, by its number; heartbeats are not in it. */
    private final TreeMap<Long, Long> onTheirWay = new TreeMap<>();

    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicBoolean heartbeatWanted = new AtomicBoolean();
    /** Whether the next message goes past the entries that are on their way; guarded by the lock. */
    private boolean aside;

    private volatile Optional<Thread> runner = Optional.empty();
    private volatile boolean answered;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile long failedNanos;
    private volatile Optional<Long> writingSinceNanos = Optional.empty();

    Appender(RaftServer.Division division, LeaderState leader, FollowerInfo follower, PeerNetwork network) {
        super(division, leader, follower);
        this.network = network;
    }

    @Override
    public long getCallId() {
        return calls.get();
    }

    @Override
    public Comparator<Long> getCallIdComparator() {
        return Comparator.naturalOrder();
    }

    @Override
    public void triggerHeartbeat() {
        heartbeatWanted.set(true);
        notifyLogAppender();
    }

    @Override
    public void notifyLogAppender() {
        // Unlike the engine's own signal this one is not lost when it comes shortly before the waiting.
        woken.set(true);
        runner.ifPresent(LockSupport::unpark);
    }

    /** Entries before a heartbeat on its connection arrive before it; beside them it must not build on them. */
    @Override
    public boolean hasPendingDataRequests() {
        return aside;
    }

    private boolean isSomethingOnItsWay() {
        lock.lock();
        try {
            return !onTheirWay.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        runner = Optional.of(Thread.currentThread());
        network.standing().joined(this);
        try {
            while (isRunning()) {
                long wait = waitMillis();
                if (wait <= 0) {
                    sendNext();
                } else if (!woken.getAndSet(false)) {
                    LockSupport.parkNanos(this, Duration.ofMillis(wait).toNanos());
                }
                getLeaderState().checkHealth(getFollower());
            }
        } finally {
            network.standing().left(this);
        }
    }

    /** How long there is nothing to send if nothing happens. */
    private long waitMillis() {
        long untilRetry = untilRetryMillis();
        if (untilRetry > 0) {
            return untilRetry;
        }
        if (heartbeatWanted.get() || (hasAppendEntries() && mayHaveMore())) {
            return 0;
        }
        long heartbeat = getHeartbeatWaitTimeMs();
        return knowsLess()
                ? Math.min(
                        heartbeat,
                        COMMIT_DELAY_MILLIS - getFollower().getLastRpcSendTime().elapsedTimeMs())
                : heartbeat;
    }

    /** Whether the follower answers and has everything, but was not told that it is committed. */
    private boolean knowsLess() {
        var follower = getFollower();
        return getRaftLog().getLastCommittedIndex() > follower.getCommitIndex()
                && !hasAppendEntries()
                && !isSomethingOnItsWay()
                && follower.getLastRpcResponseTime().elapsedTimeMs()
                        < getServer().properties().minRpcTimeoutMs();
    }

    private long untilRetryMillis() {
        int failed = failures.get();
        if (failed == 0) {
            return 0;
        }
        var pause = RETRY_MIN.multipliedBy(1L << Math.min(failed - 1, RETRY_DOUBLINGS));
        return pause.minusNanos(System.nanoTime() - failedNanos).toMillis();
    }

    /** Before the first answer one message finds out where the follower's log ends. */
    private boolean mayHaveMore() {
        lock.lock();
        try {
            return onTheirWay.size() < (answered ? IN_FLIGHT_MAX : 1);
        } finally {
            lock.unlock();
        }
    }

    private void sendNext() {
        try {
            var snapshot = shouldInstallSnapshot();
            if (snapshot != null) {
                install(snapshot);
            } else {
                append();
            }
        } catch (IOException failure) {
            failed(failure);
        }
    }

    private void append() throws IOException {
        var caller = peer().log().open();
        // Whoever wants a heartbeat after this gets another one, with a higher number.
        heartbeatWanted.set(false);
        var next = next(hasAppendEntries() && mayHaveMore(), false);
        if (next.isPresent()) {
            writingSinceNanos = Optional.of(System.nanoTime());
            try {
                ask(caller, next.get());
            } finally {
                writingSinceNanos = Optional.empty();
            }
        }
    }

    private Peer peer() throws IOException {
        return network.peer(getFollowerId().toString());
    }

    /** Whether entries do not get through, so that it is time for a heartbeat beside them. */
    boolean isStuck(long nowNanos) {
        return writingSinceNanos
                        .filter(since -> nowNanos - since > STUCK.toNanos())
                        .isPresent()
                && getHeartbeatWaitTimeMs() <= 0;
    }

    /** A heartbeat over a connection of its own: a slow one is no reason for an election. */
    void beat() {
        try {
            var caller = peer().urgent().open();
            var heartbeat = next(false, true);
            if (heartbeat.isPresent()) {
                ask(caller, heartbeat.get());
            }
        } catch (IOException failure) {
            LOG.log(Level.DEBUG, () -> "no heartbeat sent member=" + getFollowerId() + ": " + failure.getMessage());
        }
    }

    /** A message under its number. */
    private record Numbered(long call, AppendEntriesRequestProto request) {}

    private Optional<Numbered> next(boolean entries, boolean past) throws IOException {
        lock.lock();
        try {
            aside = past;
            long call = calls.getAndIncrement();
            var request = newAppendEntriesRequest(call, !entries);
            if (request == null) {
                return Optional.empty();
            }
            int count = request.getEntriesCount();
            if (count > 0) {
                onTheirWay.put(call, request.getEntries(0).getIndex());
                getFollower().increaseNextIndex(request.getEntries(count - 1).getIndex() + 1);
            }
            return Optional.of(new Numbered(call, request));
        } finally {
            lock.unlock();
        }
    }

    private void ask(Caller caller, Numbered message) throws IOException {
        getFollower().updateLastRpcSendTime(message.request().getEntriesCount() == 0);
        caller.ask(Frame.Kind.APPEND, message.request()).whenComplete((frame, failure) -> {
            try {
                if (failure != null) {
                    throw new IOException(failure);
                }
                received(
                        message,
                        AppendEntriesReplyProto.parseFrom(frame.answer().parsed()));
            } catch (IOException broken) {
                failed(broken);
            } catch (RuntimeException bug) {
                LOG.log(Level.ERROR, "an answer of member=" + getFollowerId() + " could not be counted", bug);
                failed(new IOException(bug));
            }
        });
    }

    private void received(Numbered message, AppendEntriesReplyProto reply) {
        long call = message.call();
        var follower = getFollower();
        follower.updateLastRpcResponseTime();
        failures.set(0);
        switch (reply.getResult()) {
            case SUCCESS -> confirmed(call, reply);
            case INCONSISTENCY -> {
                if (hasLost(message.request(), reply)) {
                    beginAgain(reply.getNextIndex());
                } else {
                    goBack(call, reply);
                }
            }
            case NOT_LEADER -> onFollowerTerm(reply.getTerm());
            case UNRECOGNIZED -> LOG.log(Level.WARNING, "unknown answer of member=" + getFollowerId());
        }
        if (reply.getResult() == AppendResult.SUCCESS || reply.getResult() == AppendResult.INCONSISTENCY) {
            network.standing().acknowledged(this, call);
        }
        notifyLogAppender();
    }

    private void confirmed(long call, AppendEntriesReplyProto reply) {
        var follower = getFollower();
        answered = true;
        lock.lock();
        try {
            onTheirWay.remove(call);
        } finally {
            lock.unlock();
        }
        getLeaderState().onFollowerCommitIndex(follower, reply.getFollowerCommit());
        if (reply.getMatchIndex() > RaftLog.INVALID_LOG_INDEX && follower.updateMatchIndex(reply.getMatchIndex())) {
            follower.updateNextIndex(reply.getMatchIndex() + 1);
            getLeaderState().onFollowerSuccessAppendEntries(follower);
        }
    }

    /** The follower's log ends elsewhere: go on there. Answers to what was sent after that say nothing new. */
    private void goBack(long call, AppendEntriesReplyProto reply) {
        lock.lock();
        try {
            var first = Optional.ofNullable(onTheirWay.get(call));
            if (first.isPresent() || onTheirWay.isEmpty()) {
                onTheirWay.clear();
                answered = false;
                getFollower()
                        .setNextIndex(getNextIndexForInconsistency(
                                first.orElse(RaftLog.INVALID_LOG_INDEX), reply.getNextIndex()));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether the follower says that it does not have an entry which it confirmed: its disk has lost it. */
    private boolean hasLost(AppendEntriesRequestProto request, AppendEntriesReplyProto reply) {
        long previous = request.hasPreviousLog() ? request.getPreviousLog().getIndex() : RaftLog.INVALID_LOG_INDEX;
        return previous <= getFollower().getMatchIndex()
                && reply.getNextIndex() <= previous
                && reply.getNextIndex() >= RaftLog.LEAST_VALID_LOG_INDEX;
    }

    /**
     * The engine never sends again what was confirmed, so that such a follower would stay behind for as long as this member
     * leads. From now on it counts for nothing that it does not confirm anew.
     */
    private void beginAgain(long next) {
        var follower = getFollower();
        LOG.log(
                Level.WARNING,
                "a member lost entries that it had confirmed, and gets them again member=" + getFollowerId() + " from="
                        + next + " confirmed=" + follower.getMatchIndex());
        lock.lock();
        try {
            onTheirWay.clear();
            answered = false;
            // the one way to take back what was confirmed; everything after it is sent, or a snapshot where the log
            // begins later
            follower.setSnapshotIndex(next - 1);
        } finally {
            lock.unlock();
        }
    }

    private void failed(IOException failure) {
        LOG.log(Level.DEBUG, () -> "entries not sent member=" + getFollowerId() + ": " + failure.getMessage());
        lock.lock();
        try {
            if (!onTheirWay.isEmpty()) {
                long first = onTheirWay.values().stream()
                        .min(Comparator.naturalOrder())
                        .orElseThrow();
                onTheirWay.clear();
                getFollower()
                        .computeNextIndex(next -> Math.max(getFollower().getMatchIndex() + 1, Math.min(next, first)));
            }
        } finally {
            lock.unlock();
        }
        answered = false;
        long now = System.nanoTime();
        // Everything on a connection fails at once, which is one failure.
        if (failures.get() == 0 || now - failedNanos > RETRY_MIN.toNanos()) {
            failures.incrementAndGet();
            failedNanos = now;
        }
        notifyLogAppender();
    }

    private void install(SnapshotInfo snapshot) throws IOException {
        var follower = getFollower();
        try {
            for (var request : newInstallSnapshotRequests(UUID.randomUUID().toString(), snapshot)) {
                if (!isRunning()) {
                    return;
                }
                follower.updateLastRpcSendTime(false);
                var reply = network.installSnapshot(request);
                follower.updateLastRpcResponseTime();
                if (!goesOn(reply)) {
                    return;
                }
            }
        } catch (IllegalStateException failure) {
            throw new IOException("the snapshot " + snapshot + " cannot be read", failure);
        }
        failures.set(0);
        follower.setSnapshotIndex(snapshot.getTermIndex().getIndex());
        follower.setAttemptedToInstallSnapshot();
    }

    /** Whether the next part of the snapshot is wanted. */
    private boolean goesOn(InstallSnapshotReplyProto reply) throws IOException {
        var follower = getFollower();
        switch (reply.getResult()) {
            case SUCCESS, IN_PROGRESS -> {
                return true;
            }
            case ALREADY_INSTALLED, SNAPSHOT_INSTALLED -> {
                follower.setSnapshotIndex(reply.getSnapshotIndex());
                follower.setAttemptedToInstallSnapshot();
                getLeaderState().onFollowerCommitIndex(follower, reply.getSnapshotIndex());
                return false;
            }
            case NOT_LEADER -> {
                onFollowerTerm(reply.getTerm());
                return false;
            }
            default -> throw new IOException("the snapshot was refused: " + reply.getResult());
        }
    }
}
