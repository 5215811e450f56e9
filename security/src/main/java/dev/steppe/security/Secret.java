package dev.steppe.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Bytes that must not appear in logs, messages or dumps: {@code toString} and {@code hashCode} say nothing about them
 * and comparison takes the same time wherever they differ. Immutable until {@link #close} overwrites the bytes.
 */
public final class Secret implements AutoCloseable {
    private final byte[] bytes;
    private volatile boolean closed;

    private Secret(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Keeps a copy of the bytes. */
    public static Secret of(byte[] bytes) {
        return new Secret(bytes.clone());
    }

    /** Keeps the text as UTF-8. */
    public static Secret ofText(String text) {
        return new Secret(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy of the bytes; the caller must not log or keep it. */
    public byte[] reveal() {
        if (closed) {
            throw new IllegalStateException("the secret has been closed");
        }
        return bytes.clone();
    }

    /** The bytes read as UTF-8; the caller must not log or keep it. */
    public String revealText() {
        return new String(reveal(), StandardCharsets.UTF_8);
    }

    /** Overwrites the bytes; {@link #reveal} fails afterwards. May be called again. */
    @Override
    public void close() {
        closed = true;
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && MessageDigest.isEqual(bytes, secret.bytes);
    }

    /** The same for every secret, so that a hash table of secrets leaks nothing (and is slow on purpose). */
    @Override
    public int hashCode() {
        return 1;
    }

    @Override
    public String toString() {
        return "Secret(hidden)";
    }
}
