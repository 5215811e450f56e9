package dev.steppe.model.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The files in a tar, one after the other, as much of that form as archives of a state have: files with short names. All
 * other entries are refused by their header, for what they tell of the next file would be read into memory whole.
 */
final class TarFiles extends InputStream {
    private static final int BLOCK_BYTES = 512;
    private static final int NAME_BYTES = 100;
    private static final int SIZE_AT = 124;
    private static final int SIZE_BYTES = 12;
    private static final int KIND_AT = 156;
    private static final long FILE_BYTES_MAX = 1L << 40;

    private final InputStream tar;
    private long left;
    private int padding;

    TarFiles(InputStream tar) {
        this.tar = tar;
    }

    /** Goes on to the next file, whose content this stream has from now on, and says its name; empty after the last one. */
    Optional<String> next() throws IOException {
        tar.skipNBytes(left);
        tar.skipNBytes(padding);
        left = 0;
        padding = 0;
        var header = tar.readNBytes(BLOCK_BYTES);
        if (header.length < BLOCK_BYTES) {
            throw new EOFException();
        }
        if (header[0] == 0) {
            return Optional.empty();
        }
        var name = untilZero(Arrays.copyOf(header, NAME_BYTES));
        if (header[KIND_AT] != '0' && header[KIND_AT] != 0) {
            throw new IOException("it has " + ArchiveFiles.shown(name) + ", which is no plain file");
        }
        left = size(Arrays.copyOfRange(header, SIZE_AT, SIZE_AT + SIZE_BYTES));
        padding = Math.floorMod(-left, BLOCK_BYTES);
        return Optional.of(name);
    }

    /** In octal digits, or, where these do not do, as a number with its first bit set. */
    private static long size(byte[] field) throws IOException {
        var size = BigInteger.valueOf(-1);
        if (field[0] < 0) {
            field[0] &= 0x7f;
            size = new BigInteger(field);
        } else {
            var digits = untilZero(field).strip();
            size = digits.matches("[0-7]+") ? new BigInteger(digits, 8) : size;
        }
        if (size.signum() < 0 || size.compareTo(BigInteger.valueOf(FILE_BYTES_MAX)) > 0) {
            throw new IOException("a file in it has a length that it cannot have");
        }
        return size.longValueExact();
    }

    private static String untilZero(byte[] field) {
        return new String(field, StandardCharsets.UTF_8).split("\0", 2)[0];
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int read = tar.read(into, offset, (int) Math.min(length, left));
        if (read < 0) {
            throw new EOFException();
        }
        left -= read;
        return read;
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }
}
