package dev.steppe.cli.operator;

import dev.steppe.cli.command.CommandFailure;
import dev.steppe.cli.json.Json;
import dev.steppe.cli.json.JsonReader;
import dev.steppe.cli.json.JsonSyntaxException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/** An archive of the state on this machine's disk: whether it is whole, and what it says of itself. */
record ArchiveFile(Json description, long bytes) {
    private static final String DESCRIPTION = "meta.json";
    private static final String STATE = "state.bin";
    private static final String SUMS = "SHA256SUMS";
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int SMALL_BYTES_MAX = 1 << 20;
    /** The first bytes of every archive, and of the zips that version 1 wrote. */
    private static final byte[] GZIP = HexFormat.of().parseHex("1f8b08000000000000ff");

    private static final byte[] ZIP = HexFormat.of().parseHex("504b0304");
    private static final int BLOCK_BYTES = 512;
    private static final int NAME_BYTES = 100;
    private static final int SIZE_AT = 124;
    private static final int SIZE_BYTES = 12;
    private static final int KIND_AT = 156;

    /** Reads an archive from its beginning to its end and compares every checksum. */
    static ArchiveFile read(Path file) throws CommandFailure {
        try (var content = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
            var parts = parts(content);
            var sums = new TreeSet<String>();
            parts.forEach((name, part) -> {
                if (!name.equals(SUMS)) {
                    sums.add(part.sha256() + "  " + name);
                }
            });
            if (!parts.keySet().containsAll(List.of(DESCRIPTION, STATE))
                    || !sums.equals(new TreeSet<>(text(parts, SUMS).lines().toList()))) {
                throw new CommandFailure("the archive is damaged: the checksums do not match");
            }
            return new ArchiveFile(JsonReader.read(text(parts, DESCRIPTION)), Files.size(file));
        } catch (JsonSyntaxException damaged) {
            throw new CommandFailure("the archive is damaged: " + damaged.getMessage());
        } catch (ZipException | EOFException | IllegalArgumentException cut) {
            throw new CommandFailure("the archive is damaged or cut short");
        } catch (IOException unreadable) {
            throw new CommandFailure("cannot read " + file + ": " + unreadable.getMessage());
        }
    }

    /** One of the files in an archive, of which a small one is kept. */
    private record Part(String sha256, byte[] beginning) {}

    private static String text(TreeMap<String, Part> parts, String name) {
        return Optional.ofNullable(parts.get(name))
                .map(part -> new String(part.beginning(), StandardCharsets.UTF_8))
                .orElse("");
    }

    private static TreeMap<String, Part> parts(InputStream file) throws IOException, CommandFailure {
        file.mark(GZIP.length);
        var first = file.readNBytes(GZIP.length);
        file.reset();
        if (Arrays.equals(GZIP, first)) {
            return ofTar(new GZIPInputStream(file, BUFFER_BYTES));
        }
        if (Arrays.equals(ZIP, Arrays.copyOf(first, ZIP.length))) {
            return ofZip(new ZipInputStream(file));
        }
        throw new CommandFailure(
                "this is no archive of a state, or it is damaged or cut short: operator snapshot save makes one");
    }

    private static TreeMap<String, Part> ofZip(ZipInputStream zip) throws IOException {
        var parts = new TreeMap<String, Part>();
        for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            add(parts, entry.getName(), part(zip));
        }
        return parts;
    }

    private static void add(TreeMap<String, Part> parts, String name, Part part) throws ZipException {
        if (parts.put(name, part) != null) {
            throw new ZipException(name + " is in it twice");
        }
    }

    /** As much of that form as archives have: files with short names. */
    private static TreeMap<String, Part> ofTar(InputStream tar) throws IOException {
        var parts = new TreeMap<String, Part>();
        for (var header = tar.readNBytes(BLOCK_BYTES);
                header.length == BLOCK_BYTES && header[0] != 0;
                header = tar.readNBytes(BLOCK_BYTES)) {
            if (header[KIND_AT] != '0' && header[KIND_AT] != 0) {
                throw new ZipException("there is more than plain files in it");
            }
            long size = size(Arrays.copyOfRange(header, SIZE_AT, SIZE_AT + SIZE_BYTES));
            var content = new Bounded(tar, size);
            add(parts, untilZero(Arrays.copyOf(header, NAME_BYTES)), part(content));
            if (content.left > 0) {
                throw new EOFException();
            }
            tar.skipNBytes(Math.floorMod(-size, (long) BLOCK_BYTES));
        }
        // what comes after the last file has a checksum of all before it
        tar.transferTo(OutputStream.nullOutputStream());
        return parts;
    }

    /** In octal digits, or, where these do not do, as a number with its first bit set. */
    private static long size(byte[] field) throws EOFException {
        var size = BigInteger.valueOf(-1);
        if (field[0] < 0) {
            field[0] &= 0x7f;
            size = new BigInteger(field);
        } else {
            var digits = untilZero(field).strip();
            size = digits.matches("[0-7]+") ? new BigInteger(digits, 8) : size;
        }
        if (size.signum() < 0 || size.bitLength() >= Long.SIZE) {
            throw new EOFException();
        }
        return size.longValueExact();
    }

    private static String untilZero(byte[] field) {
        return new String(field, StandardCharsets.UTF_8).split("\0", 2)[0];
    }

    private static Part part(InputStream from) throws IOException {
        var content = new DigestInputStream(from, sha256());
        var beginning = content.readNBytes(SMALL_BYTES_MAX);
        content.transferTo(OutputStream.nullOutputStream());
        return new Part(HexFormat.of().formatHex(content.getMessageDigest().digest()), beginning);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }

    /** So many bytes of another stream, which stays open. */
    private static final class Bounded extends InputStream {
        private final InputStream from;
        private long left;

        private Bounded(InputStream from, long left) {
            this.from = from;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = left == 0 ? -1 : from.read(into, offset, (int) Math.min(length, left));
            left -= Math.max(0, read);
            return read;
        }
    }
}
