package dev.steppe.consensus;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The state that the log replicates. All methods are called by one thread at a time, in log order; only a
 * {@link Capture} is written by another thread, while applying goes on.
 */
public interface ReplicatedMachine {

    /**
     * Applies one command. Total and deterministic: the same commands give the same state on every member. An exception
     * is a bug and stops the member, because going on would let the members' states differ.
     *
     * @param index the command's place in the order of all commands: 1, 2, 3, ...
     * @return the result for the proposer; never null
     */
    Object apply(long index, byte[] command);

    /** Captures the present state, cheaply: applying waits for this call, but not for the capture's writing. */
    Capture capture();

    /** Replaces the whole state by one that a capture wrote. */
    void restore(InputStream in) throws IOException;

    /** An immutable state that can be written down later. */
    interface Capture {
        /** Writes the state; runs on a thread of its own, at most once. */
        void write(OutputStream out) throws IOException;
    }
}
