package dev.steppe.consensus;

import dev.steppe.io.TaskScope;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.LifeCycle;

/**
 * What the engine sees of a {@link ReplicatedMachine}: it unpacks entries into commands, counts them, writes snapshots
 * beside the applying, and reports changes of leadership. The engine's applying thread owns all fields that are not
 * volatile; events come on any of the engine's threads.
 */
final class MachineAdapter extends BaseStateMachine {
    private static final System.Logger LOG = System.getLogger(MachineAdapter.class.getName());

    private final ReplicatedMachine machine;
    private final long snapshotAfterLogBytes;
    private final TaskScope scope;
    private final Events events;
    private final SnapshotFiles files = new SnapshotFiles();
    private final Applied applied = new Applied();
    private final List<Consumer<Consensus.SnapshotOutcome>> snapshotWaiters =
            Collections.synchronizedList(new ArrayList<>());

    private volatile long commandIndex;
    private volatile boolean writing;
    private volatile long lastSnapshotBytes;
    private volatile RaftStorage storage;
    private long logBytes;

    /** What the machine's owner is told. */
    interface Events {
        void leadershipMayHaveChanged();

        void stopped(String reason);

        /** The snapshot is durable: older entries of the log can go. */
        void snapshotWritten(TermIndex last);
    }

    @SuppressWarnings("NullAway.Init") // the engine calls initialize before anything else
    MachineAdapter(ReplicatedMachine machine, ConsensusLimits limits, TaskScope scope, Events events) {
        this.machine = machine;
        this.snapshotAfterLogBytes = limits.snapshotAfterLogBytes();
        this.scope = scope;
        this.events = events;
    }

    long commandIndex() {
        return commandIndex;
    }

    /** Runs that when this entry of the engine's log is applied, at once if it is. */
    void whenApplied(long entry, Runnable then) {
        applied.when(entry, then);
    }

    /** The outcome of the snapshot that is being written, or else of the next one. */
    void awaitSnapshot(Consumer<Consensus.SnapshotOutcome> then) {
        snapshotWaiters.add(then);
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage) throws IOException {
        super.initialize(server, groupId, raftStorage);
        storage = raftStorage;
        getLifeCycle().startAndTransition(() -> {
            files.init(raftStorage);
            restoreLatest();
        });
    }

    private void restoreLatest() throws IOException {
        var latest = files.getLatestSnapshot();
        if (latest == null) {
            return;
        }
        commandIndex = SnapshotFiles.read(latest, machine);
        lastSnapshotBytes = latest.getFile().getFileSize();
        setLastAppliedTermIndex(latest.getTermIndex());
        applied.upTo(latest.getIndex());
        logBytes = 0;
    }

    /** The engine is about to put another member's snapshot into the directory. */
    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    @Override
    public void reinitialize() throws IOException {
        getLifeCycle().startAndTransition(() -> {
            files.reload(storage);
            restoreLatest();
        });
    }

    @Override
    public SnapshotFiles getStateMachineStorage() {
        return files;
    }

    @Override
    public SingleFileSnapshotInfo getLatestSnapshot() {
        return files.getLatestSnapshot();
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) {
        return TransactionContext.newBuilder()
                .setStateMachine(this)
                .setClientRequest(request)
                .setStateMachineContext(request.getMessage())
                .build();
    }

    @Override
    public TransactionContext preAppendTransaction(TransactionContext transaction) {
        if (transaction.getStateMachineContext() instanceof Batch batch) {
            batch.markAppended();
        }
        return transaction;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        var frame = entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer();
        logBytes += frame.remaining();
        long before = commandIndex;
        var results = apply(entry, frame, before);
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        applied.upTo(entry.getIndex());
        if (transaction.getStateMachineContext() instanceof Batch batch) {
            batch.end(position -> new Proposal.Applied(before + 1 + position, results.get(position)));
        }
        if (logBytes >= Math.max(snapshotAfterLogBytes, lastSnapshotBytes) && !writing) {
            startSnapshot();
        }
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    /** Entries of the engine's own have no command. */
    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        super.notifyTermIndexUpdated(term, index);
        applied.upTo(index);
    }

    private List<Object> apply(LogEntryProto entry, ByteBuffer frame, long before) {
        try {
            var commands = Batch.commands(frame);
            var results = new ArrayList<>(commands.size());
            for (var command : commands) {
                results.add(machine.apply(before + 1 + results.size(), command));
            }
            commandIndex = before + results.size();
            return results;
        } catch (IOException | RuntimeException bug) {
            // Going on would make this member's state differ from the others'.
            LOG.log(Level.ERROR, "command cannot be applied, this member stops entry=" + entry.getIndex(), bug);
            events.stopped("entry " + entry.getIndex() + " of the log cannot be applied: " + bug);
            throw new IllegalStateException("entry " + entry.getIndex() + " cannot be applied", bug);
        }
    }

    /**
     * The engine's applying thread asks for a snapshot, because an operator did. It is written beside the applying, so
     * none is ready when this returns.
     */
    @Override
    public long takeSnapshot() {
        if (!writing) {
            startSnapshot();
        }
        return RaftLog.INVALID_LOG_INDEX;
    }

    private void startSnapshot() {
        var last = getLastAppliedTermIndex();
        long commands = commandIndex;
        var capture = machine.capture();
        logBytes = 0;
        writing = true;
        try {
            scope.startPlatform("snapshot", () -> write(last, commands, capture));
        } catch (IllegalStateException closed) {
            finished(new Consensus.SnapshotOutcome.Failed("the log is closed"));
        }
    }

    private void write(TermIndex last, long commands, ReplicatedMachine.Capture capture) {
        Consensus.SnapshotOutcome outcome;
        try {
            long bytes = files.write(last, commands, capture);
            lastSnapshotBytes = bytes;
            events.snapshotWritten(last);
            outcome = new Consensus.SnapshotOutcome.Written(commands, bytes);
        } catch (IOException | RuntimeException failure) {
            LOG.log(Level.WARNING, "snapshot not written entry=" + last.getIndex(), failure);
            outcome = new Consensus.SnapshotOutcome.Failed("the snapshot could not be written: " + failure);
        }
        finished(outcome);
    }

    private void finished(Consensus.SnapshotOutcome outcome) {
        writing = false;
        List<Consumer<Consensus.SnapshotOutcome>> waiters;
        synchronized (snapshotWaiters) {
            waiters = List.copyOf(snapshotWaiters);
            snapshotWaiters.clear();
        }
        waiters.forEach(waiter -> waiter.accept(outcome));
    }

    @Override
    public CompletableFuture<Message> query(Message request) {
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        events.leadershipMayHaveChanged();
    }

    @Override
    public void notifyLeaderReady() {
        events.leadershipMayHaveChanged();
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.leadershipMayHaveChanged();
    }

    @Override
    public void notifyLogFailed(Throwable cause, LogEntryProto failedEntry) {
        events.stopped("the log could not be written: " + cause);
    }

    @Override
    public void close() {
        events.leadershipMayHaveChanged();
    }
}
