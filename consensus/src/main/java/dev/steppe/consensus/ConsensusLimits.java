package dev.steppe.consensus;

import java.time.Duration;

/**
 * What bounds a member.
 *
 * @param entriesInFlight entries of the log on their way at once; while they are, new commands gather into the next one
 * @param batchCommands commands in one entry
 * @param batchBytes bytes of commands after which an entry takes no more
 * @param queuedCommands commands waiting for an entry; more are refused
 * @param queuedBytes bytes of commands waiting for an entry; more are refused
 * @param snapshotAfterLogBytes bytes of commands after the last snapshot that make the next one (at least as many as
 *     that snapshot had, so that a large state is not written too often)
 * @param electionMin shortest silence of the leader before an election, with several members
 * @param electionMax longest silence of the leader before an election, with several members
 */
public record ConsensusLimits(
        int entriesInFlight,
        int batchCommands,
        int batchBytes,
        int queuedCommands,
        long queuedBytes,
        long snapshotAfterLogBytes,
        Duration electionMin,
        Duration electionMax) {
    public ConsensusLimits {
        if (entriesInFlight < 1 || batchCommands < 1 || batchBytes < 1 || queuedCommands < 1 || queuedBytes < 1) {
            throw new IllegalArgumentException("limits of entries, batches and queues must be at least 1");
        }
        if (batchBytes > Consensus.COMMAND_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "batchBytes must be at most " + Consensus.COMMAND_BYTES_MAX + ", but is " + batchBytes);
        }
        if (snapshotAfterLogBytes < 1) {
            throw new IllegalArgumentException("snapshotAfterLogBytes must be at least 1");
        }
        if (electionMin.isNegative() || electionMin.isZero() || electionMax.compareTo(electionMin) <= 0) {
            throw new IllegalArgumentException(
                    "electionMax (" + electionMax + ") must be longer than electionMin (" + electionMin + ")");
        }
    }

    /** The limits an agent uses; measured in docs/decisions/010-consensus-engine.md. */
    public static ConsensusLimits defaults() {
        return new ConsensusLimits(
                2, 4096, 1 << 20, 1 << 16, 64L << 20, 32L << 20, Duration.ofMillis(500), Duration.ofMillis(1000));
    }

    /** The same, with a snapshot after so many bytes. */
    public ConsensusLimits withSnapshotAfterLogBytes(long bytes) {
        return new ConsensusLimits(
                entriesInFlight,
                batchCommands,
                batchBytes,
                queuedCommands,
                queuedBytes,
                bytes,
                electionMin,
                electionMax);
    }

    /** The same, with so many entries in flight. */
    public ConsensusLimits withEntriesInFlight(int entries) {
        return new ConsensusLimits(
                entries,
                batchCommands,
                batchBytes,
                queuedCommands,
                queuedBytes,
                snapshotAfterLogBytes,
                electionMin,
                electionMax);
    }
}
