package dev.steppe.api;

import dev.steppe.api.http.Refused;
import dev.steppe.model.codec.Codec;
import dev.steppe.server.SavedState;
import dev.steppe.server.StateArchive;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Date;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * The archive of a state inside another that programs of the dialects look at before they keep it: a gzipped tar of its
 * description, of {@code state.bin}, which is the archive as it is, and of the SHA-256 of both. It is written as it is read
 * from the state.
 */
public final class WrappedArchive {
    private static final String DESCRIPTION = "meta.json";
    private static final String STATE = "state.bin";
    private static final String SUMS = "SHA256SUMS";
    private static final int GZIP_MAGIC = 0x8b1f;
    private static final int SMALL_BYTES_MAX = 1 << 20;
    private static final int BUFFER_BYTES = 1 << 16;
    /** The log is on the same disk as a rule. */
    private static final long BYTES_LEFT_FREE = 128L << 20;

    private final StateArchive archive;
    private final byte[] description;
    private final long bytes;
    private final String sums;

    private WrappedArchive(StateArchive archive, byte[] description, long bytes, String sums) {
        this.archive = archive;
        this.description = description;
        this.bytes = bytes;
        this.sums = sums;
    }

    /** Wraps an archive; it is written once for its length and its digest. */
    public static WrappedArchive of(StateArchive archive) throws IOException {
        var length = new Length();
        var whole = sha256();
        archive.write(new DigestOutputStream(length, whole));
        var description = Codec.toJsonBytes(archive.description(), true);
        var sums = line(sha256().digest(description), DESCRIPTION) + line(whole.digest(), STATE);
        return new WrappedArchive(archive, description, length.bytes, sums);
    }

    /** Writes the bytes of the file; the stream stays open. */
    public void write(OutputStream to) throws IOException {
        try (var gzip = new Stored(to)) {
            write(gzip);
            gzip.finish();
        }
        to.flush();
    }

    private void write(Stored gzip) throws IOException {
        var tar = new TarArchiveOutputStream(gzip, StandardCharsets.UTF_8.name());
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        begin(tar, DESCRIPTION, description.length);
        tar.write(description);
        tar.closeArchiveEntry();
        begin(tar, STATE, bytes);
        archive.write(tar);
        tar.closeArchiveEntry();
        var lines = sums.getBytes(StandardCharsets.UTF_8);
        begin(tar, SUMS, lines.length);
        tar.write(lines);
        tar.closeArchiveEntry();
        tar.finish();
    }

    private void begin(TarArchiveOutputStream tar, String name, long size) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.setMode(0600);
        entry.setModTime(Date.from(archive.description().created()));
        tar.putArchiveEntry(entry);
    }

    /** The archive of a state in a file, wrapped or not; refuses what is not whole. The file must not change meanwhile. */
    public static SavedState opened(Path file) throws Refused {
        try {
            return isWrapped(file) ? unwrapped(file) : SavedState.open(file);
        } catch (IOException damaged) {
            throw Refused.invalid("nothing was restored: " + damaged.getMessage());
        }
    }

    private static boolean isWrapped(Path file) throws IOException {
        try (var content = Files.newInputStream(file)) {
            var first = content.readNBytes(2);
            return first.length == 2 && ((first[0] & 0xff) | (first[1] & 0xff) << 8) == GZIP_MAGIC;
        }
    }

    /** The copy beside the file has no name any more once it is open. */
    private static SavedState unwrapped(Path file) throws Refused, IOException {
        var inner = file.resolveSibling(file.getFileName() + "-state");
        var to = created(inner);
        try (to) {
            unwrap(file, inner, to);
            return SavedState.open(inner);
        } finally {
            Files.deleteIfExists(inner);
        }
    }

    private static void unwrap(Path file, Path inner, OutputStream to) throws Refused, IOException {
        var names = new TreeSet<String>();
        var found = new TreeMap<String, String>();
        String told = "";
        try (var content = new BufferedInputStream(Files.newInputStream(file));
                var gzip = new GZIPInputStream(content, BUFFER_BYTES)) {
            var tar = new TarArchiveInputStream(gzip);
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.isSparse() || !names.add(entry.getName())) {
                    throw new IOException("it has " + entry.getName() + (entry.isSparse() ? " with holes" : " twice"));
                }
                switch (entry.getName()) {
                    case DESCRIPTION ->
                        found.put(DESCRIPTION, copy(tar, entry.getSize(), OutputStream.nullOutputStream()));
                    case STATE -> {
                        requireRoom(inner, entry.getSize());
                        found.put(STATE, copy(tar, entry.getSize(), to));
                    }
                    case SUMS -> told = new String(tar.readNBytes(SMALL_BYTES_MAX), StandardCharsets.UTF_8);
                    default -> throw new IOException("it has " + entry.getName() + ", which no archive of a state has");
                }
            }
            // what comes after the last entry has a checksum of all before it
            gzip.transferTo(OutputStream.nullOutputStream());
        } catch (IOException | IllegalArgumentException damaged) {
            throw new IOException("the archive is damaged or cut short: " + damaged.getMessage(), damaged);
        }
        if (found.size() != 2 || !lines(told).equals(lines(sums(found)))) {
            throw new IOException("the archive is damaged: the checksums do not match");
        }
    }

    private static String sums(TreeMap<String, String> found) {
        var sums = new StringBuilder();
        found.forEach((name, sum) -> sums.append(sum).append("  ").append(name).append('\n'));
        return sums.toString();
    }

    private static TreeSet<String> lines(String text) {
        return new TreeSet<>(text.lines().toList());
    }

    /** Copies so many bytes and tells their checksum. */
    private static String copy(InputStream from, long size, OutputStream to) throws Refused, IOException {
        var digest = sha256();
        byte[] part = new byte[BUFFER_BYTES];
        for (long left = size; left > 0; ) {
            int read = from.read(part, 0, (int) Math.min(part.length, left));
            if (read < 0) {
                throw new EOFException("it ends early");
            }
            digest.update(part, 0, read);
            write(to, part, read);
            left -= read;
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** That the disk does not take it is no fault of the archive. */
    private static void write(OutputStream to, byte[] part, int length) throws Refused {
        try {
            to.write(part, 0, length);
        } catch (IOException failed) {
            throw notKept(failed);
        }
    }

    private static OutputStream created(Path inner) throws Refused {
        try {
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            return Channels.newOutputStream(Files.newByteChannel(
                    inner, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owner));
        } catch (IOException failed) {
            throw notKept(failed);
        }
    }

    private static Refused notKept(IOException failed) {
        return new Refused(
                Refused.Kind.UNAVAILABLE,
                "it cannot be unpacked on the agent's disk: " + failed.getMessage() + "; make room and send it again");
    }

    private static void requireRoom(Path beside, long bytes) throws Refused {
        long free = beside.toFile().getUsableSpace();
        if (free - bytes < BYTES_LEFT_FREE) {
            throw new Refused(
                    Refused.Kind.UNAVAILABLE,
                    "there is no room to unpack it beside " + beside + ": it needs " + (bytes >> 20) + " MB, "
                            + (free >> 20) + " MB are free and " + (BYTES_LEFT_FREE >> 20) + " MB stay so; make room"
                            + " and send it again");
        }
    }

    private static String line(byte[] sum, String name) {
        return HexFormat.of().formatHex(sum) + "  " + name + "\n";
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }

    /** Counts what is written and drops it. */
    private static final class Length extends OutputStream {
        private long bytes;

        @Override
        public void write(int one) {
            bytes++;
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            bytes += length;
        }
    }

    /** What is in it is compressed already. Closing gives back memory outside the heap; the stream below stays open. */
    private static final class Stored extends GZIPOutputStream {
        private Stored(OutputStream to) throws IOException {
            super(to, BUFFER_BYTES);
            def.setLevel(Deflater.NO_COMPRESSION);
        }

        @Override
        public void close() {
            def.end();
        }
    }
}
