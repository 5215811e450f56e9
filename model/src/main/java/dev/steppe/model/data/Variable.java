package dev.steppe.model.data;

import java.time.Instant;
import java.util.Optional;

/**
 * A variable as it is kept: its content sealed. {@code lockableFrom} is when the delay of a lost lock is over; the distant
 * past when there is none.
 */
public record Variable(
        VariableKey key,
        Ciphertext items,
        Optional<VariableLock> lock,
        Instant lockableFrom,
        Instant createTime,
        Instant modifyTime,
        long createIndex,
        long modifyIndex) {

    /** The same content under another data key. */
    public Variable sealedAnew(Ciphertext sealed) {
        return new Variable(key, sealed, lock, lockableFrom, createTime, modifyTime, createIndex, modifyIndex);
    }

    /** The id of the lock that holds it; empty when it is free. */
    public String lockId() {
        return lock.map(VariableLock::id).orElse("");
    }
}
