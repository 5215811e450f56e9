package dev.steppe.mesh.configuration;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Reads what {@link BinaryOutput} wrote; every length is checked against what is really there. */
final class BinaryInput {
    private final byte[] bytes;
    private int at;

    BinaryInput(byte[] bytes) {
        this.bytes = bytes;
    }

    int u8() {
        need(1);
        return bytes[at++] & 0xff;
    }

    int u16() {
        return u8() << 8 | u8();
    }

    int u32() {
        return u16() << 16 | u16();
    }

    long i64() {
        return (long) u32() << 32 | (u32() & 0xffff_ffffL);
    }

    String text() {
        int length = count();
        var value = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return value;
    }

    /** An element is at least one byte long, so a count can never exceed what is left. */
    <T> List<T> list(Supplier<T> reader) {
        int size = count();
        var values = new ArrayList<T>(size);
        for (int i = 0; i < size; i++) {
            values.add(reader.get());
        }
        return values;
    }

    void end() {
        if (at != bytes.length) {
            throw new IllegalArgumentException((bytes.length - at) + " bytes too many after byte " + at);
        }
    }

    private int count() {
        int count = u32();
        if (count < 0 || count > bytes.length - at) {
            throw new IllegalArgumentException("length " + count + " at byte " + at + " exceeds the input");
        }
        return count;
    }

    private void need(int length) {
        if (bytes.length - at < length) {
            throw new IllegalArgumentException("the input ends at byte " + bytes.length);
        }
    }
}
