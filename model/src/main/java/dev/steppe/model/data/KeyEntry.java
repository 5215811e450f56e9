package dev.steppe.model.data;

/**
 * A key with its value. {@code flags} are the user's own, all 64 bits of them; {@code session} holds its lock, empty when
 * nobody does; {@code lockIndex} counts how often it was acquired.
 */
public record KeyEntry(
        String key, byte[] value, long flags, long lockIndex, String session, long createIndex, long modifyIndex) {

    /** This entry held by nobody. */
    public KeyEntry released(long index) {
        return new KeyEntry(key, value, flags, lockIndex, "", createIndex, index);
    }

    @Override
    public String toString() {
        return "KeyEntry(" + key + ", " + value.length + " bytes, index " + modifyIndex + ")";
    }
}
