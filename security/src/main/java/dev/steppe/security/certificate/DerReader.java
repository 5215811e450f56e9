package dev.steppe.security.certificate;

import java.util.Arrays;

/**
 * Reads values of the distinguished encoding of ASN.1 one after the other, from bytes that a stranger may have written.
 * Anything that {@link Der} would have written differently, reaches beyond its end or is not of the expected kind is
 * refused. Not to be shared between threads.
 */
final class DerReader {
    /** The bytes are not what was expected; the message says what was, without repeating them. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    private static final int LENGTH_BYTES_MAX = 3;
    private final byte[] bytes;
    private final int end;
    private int at;

    DerReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private DerReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    boolean hasMore() {
        return at < end;
    }

    /** The tag of the next value, -1 at the end. */
    int tag() {
        return at < end ? bytes[at] & 0xff : -1;
    }

    /** The inside of the next value, which must have this tag. */
    DerReader open(int tag) throws Malformed {
        if (tag() != tag) {
            throw new Malformed("expected a value with tag " + tag + " at byte " + at);
        }
        at++;
        int length = length();
        if (length > end - at) {
            throw new Malformed("the value at byte " + at + " reaches beyond its end");
        }
        DerReader inside = new DerReader(bytes, at, at + length);
        at += length;
        return inside;
    }

    /** The next value with its tag and length. */
    byte[] whole(int tag) throws Malformed {
        int from = at;
        open(tag);
        return Arrays.copyOfRange(bytes, from, at);
    }

    /** The content of the next value. */
    byte[] content(int tag) throws Malformed {
        return open(tag).rest();
    }

    /** The next string of bits, which must be of whole bytes. */
    byte[] bits() throws Malformed {
        DerReader inside = open(Der.BIT_STRING);
        if (!inside.hasMore() || bytes[inside.at] != 0) {
            throw new Malformed("expected a string of whole bytes");
        }
        inside.at++;
        return inside.rest();
    }

    /** The next object identifier as numbers joined by dots. */
    String identifier() throws Malformed {
        DerReader inside = open(Der.OBJECT_IDENTIFIER);
        long first = inside.base128();
        long root = Math.min(first / 40, 2);
        StringBuilder dotted = new StringBuilder().append(root).append('.').append(first - root * 40);
        while (inside.hasMore()) {
            dotted.append('.').append(inside.base128());
        }
        return dotted.toString();
    }

    /** Skips a value that says whether something is critical, if there is one. */
    void skipCritical() throws Malformed {
        if (tag() == Der.BOOLEAN) {
            byte[] value = content(Der.BOOLEAN);
            if (value.length != 1 || value[0] != (byte) 0xff) {
                throw new Malformed("expected a true value");
            }
        }
    }

    /** Checks that nothing follows. */
    void end() throws Malformed {
        if (hasMore()) {
            throw new Malformed((end - at) + " bytes too many after byte " + at);
        }
    }

    private byte[] rest() {
        byte[] rest = Arrays.copyOfRange(bytes, at, end);
        at = end;
        return rest;
    }

    /** A length in its shortest form. */
    private int length() throws Malformed {
        int first = next();
        if (first < 0x80) {
            return first;
        }
        int count = first & 0x7f;
        if (count < 1 || count > LENGTH_BYTES_MAX) {
            throw new Malformed("a length of " + count + " bytes before byte " + at);
        }
        int length = 0;
        for (int i = 0; i < count; i++) {
            length = length << 8 | next();
        }
        if (length < 0x80 || length >>> (8 * (count - 1)) == 0) {
            throw new Malformed("a length that is not in its shortest form before byte " + at);
        }
        return length;
    }

    private long base128() throws Malformed {
        long number = 0;
        for (int i = 0; i < 8; i++) {
            int part = next();
            if (i == 0 && part == 0x80) {
                throw new Malformed("a number that is not in its shortest form before byte " + at);
            }
            number = number << 7 | (part & 0x7f);
            if (part < 0x80) {
                return number;
            }
        }
        throw new Malformed("a number that is too long before byte " + at);
    }

    private int next() throws Malformed {
        if (at >= end) {
            throw new Malformed("the input ends at byte " + at);
        }
        return bytes[at++] & 0xff;
    }
}
