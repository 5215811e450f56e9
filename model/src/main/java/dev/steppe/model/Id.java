package dev.steppe.model;

import dev.steppe.model.codec.Scalar;
import java.nio.charset.StandardCharsets;

/**
 * An id of one kind of thing. Never empty. A server holds and compares millions of them, so one that is written as a UUID
 * in its canonical form (lower case, with hyphens) is kept as two numbers; the order is that of the texts.
 */
public abstract sealed class Id<T extends Id<T>> implements Scalar, Comparable<T>
        permits AllocationId, DeploymentId, EvaluationId, NodeId {
    private static final int UUID_LENGTH = 36;
    private static final int HEX_BITS = 4;
    private static final int RANKED = Long.BYTES;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

    private final long high;
    private final long low;
    /** The text when it is no such UUID, else empty. */
    private final String text;

    /** @param what how a message about a wrong one calls it */
    Id(String value, String what) {
        boolean compact = isUuid(value);
        if (!compact) {
            Ids.check(value, what);
        }
        high = compact ? bits(value, 0, 18) : 0;
        low = compact ? bits(value, 19, UUID_LENGTH) : 0;
        text = compact ? "" : value;
    }

    /** A UUID as its two numbers. */
    Id(long high, long low) {
        this.high = high;
        this.low = low;
        text = "";
    }

    @Override
    public final String value() {
        return text.isEmpty() ? uuid() : text;
    }

    @Override
    public final int compareTo(T other) {
        return compareAsText(other);
    }

    /** Compares with an id of any kind. */
    public final int compareAsText(Id<?> that) {
        if (text.isEmpty() && that.text.isEmpty()) {
            int order = Long.compareUnsigned(high, that.high);
            return order != 0 ? order : Long.compareUnsigned(low, that.low);
        }
        return value().compareTo(that.value());
    }

    /** A number in the order of the texts, as far as their first eight characters tell; equal ones have to be compared. */
    public final long rank() {
        long rank = 0;
        for (int i = 0; i < RANKED; i++) {
            long next = text.isEmpty() ? HEX[(int) (high >>> Long.SIZE - HEX_BITS * (i + 1)) & 0xf] : ranked(i);
            rank = rank << Byte.SIZE | next;
        }
        return rank;
    }

    /** Seven bits of one character. What is beyond them ends the ranking. */
    private long ranked(int at) {
        for (int i = 0; i < at && i < text.length(); i++) {
            if (text.charAt(i) >= Byte.MAX_VALUE) {
                return 0;
            }
        }
        return at < text.length() ? Math.min(text.charAt(at), Byte.MAX_VALUE) : 0;
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof Id<?> that
                && getClass() == that.getClass()
                && high == that.high
                && low == that.low
                && text.equals(that.text);
    }

    @Override
    public final int hashCode() {
        return Long.hashCode(high ^ Long.rotateLeft(low, 1)) ^ text.hashCode();
    }

    @Override
    public final String toString() {
        return value();
    }

    private static boolean isUuid(String value) {
        if (value.length() != UUID_LENGTH) {
            return false;
        }
        for (int i = 0; i < UUID_LENGTH; i++) {
            char c = value.charAt(i);
            boolean fits = isHyphen(i) ? c == '-' : c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHyphen(int position) {
        return position == 8 || position == 13 || position == 18 || position == 23;
    }

    private static long bits(String uuid, int from, int to) {
        long bits = 0;
        for (int i = from; i < to; i++) {
            char c = uuid.charAt(i);
            if (c != '-') {
                bits = bits << HEX_BITS | (c <= '9' ? c - '0' : c - 'a' + 10);
            }
        }
        return bits;
    }

    private String uuid() {
        byte[] written = new byte[UUID_LENGTH];
        long bits = high;
        int left = Long.SIZE;
        for (int i = 0; i < UUID_LENGTH; i++) {
            if (isHyphen(i)) {
                written[i] = '-';
                continue;
            }
            if (left == 0) {
                bits = low;
                left = Long.SIZE;
            }
            left -= HEX_BITS;
            written[i] = HEX[(int) (bits >>> left) & 0xf];
        }
        return new String(written, StandardCharsets.ISO_8859_1);
    }
}
