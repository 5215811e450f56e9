package dev.steppe.consensus;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * The replicated log: commands proposed on the leader are made durable on a majority, then applied on every member in
 * one order. Methods may be called from any thread and do not block; callbacks run on a thread of the log, one at a
 * time per kind, and must not block either.
 */
public interface Consensus extends AutoCloseable {
    /** Largest command, so that an entry of the log can always hold it. */
    int COMMAND_BYTES_MAX = 3 << 20;

    /**
     * Proposes one command. The callback gets exactly one outcome; outcomes of commands proposed by one thread come in
     * that order as long as this member leads. The array must not be changed afterwards.
     *
     * @throws IllegalArgumentException if the command is larger than {@link #COMMAND_BYTES_MAX}
     */
    void propose(byte[] command, Consumer<Proposal> then);

    /** Calls back when everything acknowledged anywhere before this call is applied here. */
    void readBarrier(Consumer<Barrier> then);

    /** This member's part now. */
    Leadership leadership();

    /** Tells the listener the present part and then every change, in order. Listeners stay until this log is closed. */
    void onLeadership(Consumer<Leadership> listener);

    /** Writes a snapshot now; the callback says how it ended. */
    void snapshot(Consumer<SnapshotOutcome> then);

    /** Figures for operators. */
    Status status();

    /** Who takes part, and changes of that. */
    Membership membership();

    /** How long ago this member last heard of a leader; zero on the leader itself. */
    default Duration lastContact() {
        return Duration.ZERO;
    }

    /** Stops taking part. Proposals without an outcome end as unavailable. Idempotent. */
    @Override
    void close();

    /** How a read barrier ended. */
    sealed interface Barrier {
        /** Everything acknowledged before is applied here, up to at least this command. */
        record Reached(long index) implements Barrier {}

        /** Nobody could confirm that this member is up to date. */
        record Unavailable(String reason) implements Barrier {}
    }

    /** How writing a snapshot ended. */
    sealed interface SnapshotOutcome {
        /** A snapshot that holds everything up to this command is durable. */
        record Written(long index, long bytes) implements SnapshotOutcome {}

        /** There is no new snapshot; the log is as it was. */
        record Failed(String reason) implements SnapshotOutcome {}
    }

    /**
     * What operators ask about a log.
     *
     * @param commandIndex commands applied here, ever
     * @param entryIndex last entry of the engine's log that is applied here
     * @param committedEntryIndex last entry known to be durable on a majority
     * @param lastEntryIndex last entry in this member's log
     * @param snapshotEntryIndex last entry in this member's newest snapshot; -1 without one
     */
    record Status(
            MemberId self,
            Leadership leadership,
            long term,
            long commandIndex,
            long entryIndex,
            long committedEntryIndex,
            long lastEntryIndex,
            long snapshotEntryIndex,
            List<Member> members) {
        public Status {
            members = List.copyOf(members);
        }
    }
}
