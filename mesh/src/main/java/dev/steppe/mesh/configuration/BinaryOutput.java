package dev.steppe.mesh.configuration;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** Writes big-endian numbers, UTF-8 text and counted lists; the mirror of {@link BinaryInput}. */
final class BinaryOutput {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);

    void u8(int value) {
        bytes.write(value);
    }

    void u16(int value) {
        bytes.write(value >>> 8);
        bytes.write(value);
    }

    void u32(int value) {
        u16(value >>> 16);
        u16(value);
    }

    void i64(long value) {
        u32((int) (value >>> 32));
        u32((int) value);
    }

    void text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        u32(utf8.length);
        bytes.writeBytes(utf8);
    }

    <T> void list(List<T> values, Consumer<T> writer) {
        u32(values.size());
        values.forEach(writer);
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
