package dev.steppe.model.data;

import java.time.Instant;

/**
 * A key that seals what the state keeps secret. It is in the state only wrapped: sealed under a root key, which the
 * servers hold outside of it.
 */
public record DataKey(
        String id, Ciphertext wrapped, State state, Instant createTime, long createIndex, long modifyIndex) {

    /** What a data key is used for. */
    public enum State {
        /** It seals what is written now; there is one. */
        ACTIVE,
        /** It opens what was sealed with it, which is being sealed anew. */
        REKEYING,
        /** It opens what was sealed with it. */
        INACTIVE
    }

    /** This key in another state. */
    public DataKey with(State newState, long index) {
        return new DataKey(id, wrapped, newState, createTime, createIndex, index);
    }
}
