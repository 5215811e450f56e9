package dev.steppe.server;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.SnapshotFile;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;

/**
 * An archive of a state in a file that was found whole: every checksum was compared and the state was read once from its
 * beginning to its end. The file must not change while this is used. What version 1 wrote is read, too: a zip with the root
 * keys in a file of their own.
 *
 * @param digest the SHA-256 of the state, without the keys, in hex
 * @param bytes how long that state is as it is written
 */
public record SavedState(
        Path file, StateArchive.Description description, Map<String, String> rootKeys, String digest, long bytes) {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int SMALL_BYTES_MAX = 16 << 20;
    /** A tar ends with a few empty blocks. */
    private static final int REST_BYTES_MAX = 1 << 20;

    /** No checksum is of these bytes, which are the same in every archive. */
    private static final byte[] GZIP = HexFormat.of().parseHex("1f8b08000000000000ff");

    private static final byte[] ZIP = HexFormat.of().parseHex("504b0304");
    private static final String KEYS_OF_VERSION_1 = "keys.json";

    public SavedState {
        rootKeys = Map.copyOf(rootKeys);
    }

    /** An archive is not whole, was changed, or is from a version this program does not know. */
    public static final class Damaged extends IOException {
        private static final long serialVersionUID = 1;

        Damaged(String message) {
            super(message);
        }

        Damaged(String message, Exception cause) {
            super(message, cause);
        }
    }

    /**
     * Reads an archive and everything in it; of the state there is one record in memory at a time.
     *
     * @throws Damaged when the fault is the archive's
     * @throws IOException when the disk cannot be read
     */
    public static SavedState open(Path file) throws IOException {
        var disk = new Disk(Files.newInputStream(file));
        try (disk;
                var opened = new Opened(disk)) {
            return new Reading(opened.isZip).read(file, opened);
        } catch (UncheckedIOException fault) {
            throw fault.getCause();
        } catch (Damaged damaged) {
            throw damaged;
        } catch (EOFException cut) {
            throw new Damaged("the archive is damaged or cut short", cut);
        } catch (IOException | CodecException | IllegalArgumentException unreadable) {
            throw new Damaged(
                    "the archive is damaged, cut short or from a newer version: " + unreadable.getMessage(),
                    unreadable);
        }
    }

    /** The state as it is written, from its beginning. */
    public InputStream state() throws IOException {
        var opened = new Opened(Files.newInputStream(file));
        try {
            opened.goTo(StateArchive.STATE);
            if (!opened.isZip) {
                keys(opened.entries);
            }
            return opened.entries;
        } catch (IOException changed) {
            opened.close();
            throw changed;
        }
    }

    private static byte[] keys(InputStream state) throws IOException {
        var content = new DataInputStream(state);
        int length = content.readInt();
        if (length == ByteBuffer.wrap(ZIP).getInt()) {
            throw new Damaged("state.bin in this archive is an archive of its own, as GET /v1/snapshot once made them: "
                    + "\"tar -xzOf FILE state.bin\" gives it, and it can be restored");
        }
        if (length < 0 || length > SMALL_BYTES_MAX) {
            throw new IOException("its root keys are longer than they can be");
        }
        return content.readNBytes(length);
    }

    /** The keys are secret. */
    @Override
    public String toString() {
        return "SavedState(" + description + ")";
    }

    /** Goes to the next file in an archive and says its name; empty after the last one. */
    private interface Names {
        Optional<String> next() throws IOException;
    }

    /** What the disk does wrong is told from what is wrong in the file. */
    private static final class Disk extends FilterInputStream {
        private Disk(InputStream file) {
            super(file);
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException fault) {
                throw new UncheckedIOException(fault);
            }
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return super.read(into, offset, length);
            } catch (IOException fault) {
                throw new UncheckedIOException(fault);
            }
        }
    }

    /** The files in an archive, one after the other. */
    private static final class Opened implements AutoCloseable {
        private final InputStream content;
        private final InputStream entries;
        private final Names names;
        private final boolean isZip;

        private Opened(InputStream from) throws IOException {
            var file = new BufferedInputStream(from, BUFFER_BYTES);
            boolean known = false;
            try {
                file.mark(GZIP.length);
                var first = file.readNBytes(GZIP.length);
                file.reset();
                isZip = Arrays.equals(ZIP, Arrays.copyOf(first, ZIP.length));
                known = isZip || Arrays.equals(GZIP, first);
                if (!known) {
                    throw new Damaged("this is no archive of a state, or it is damaged or cut short: "
                            + "operator snapshot save makes one");
                }
                content = isZip ? file : new GZIPInputStream(file, BUFFER_BYTES);
                if (isZip) {
                    var zip = new ZipArchiveInputStream(content);
                    names = () -> Optional.ofNullable(zip.getNextEntry()).map(ArchiveEntry::getName);
                    entries = zip;
                } else {
                    var tar = new TarFiles(content);
                    names = tar::next;
                    entries = tar;
                }
            } finally {
                if (!known) {
                    file.close();
                }
            }
        }

        private void goTo(String name) throws IOException {
            var found = names.next();
            while (found.isPresent() && !found.get().equals(name)) {
                found = names.next();
            }
            if (found.isEmpty()) {
                throw new IOException("it has no " + name + " any more");
            }
        }

        @Override
        public void close() throws IOException {
            entries.close();
        }
    }

    /** What was found in an archive so far. */
    private static final class Reading {
        private final boolean isZip;
        private final TreeSet<String> names = new TreeSet<>();
        private final TreeSet<String> sums = new TreeSet<>();
        private byte[] description = {};
        private byte[] keys = {};
        private String told = "";
        private String digest = "";
        private long bytes;

        private Reading(boolean isZip) {
            this.isZip = isZip;
        }

        private SavedState read(Path file, Opened opened) throws IOException, CodecException {
            for (var name = opened.names.next(); name.isPresent(); name = opened.names.next()) {
                read(name.get(), opened.entries);
            }
            // what comes after the last entry has a checksum of all before it
            readAll(opened.content, REST_BYTES_MAX, "what comes after its files");
            var parts = new TreeSet<>(names);
            parts.remove(StateArchive.SUMS);
            if (parts.size() != (isZip ? 3 : 2)
                    || !sums.equals(new TreeSet<>(told.lines().toList()))) {
                throw new Damaged("the archive is damaged: the checksums do not match");
            }
            var about = Codec.fromJson(StateArchive.Description.class, description);
            if (about.version() != (isZip ? 1 : StateArchive.VERSION)) {
                throw new Damaged("the archive has version " + about.version() + ", but this program reads "
                        + "versions up to " + StateArchive.VERSION);
            }
            var rootKeys = Codec.fromJson(StateArchive.Keys.class, keys).keys();
            rootKeys.values().forEach(key -> Base64.getDecoder().decode(key));
            return new SavedState(file, about, rootKeys, digest, bytes);
        }

        private void read(String name, InputStream from) throws IOException, CodecException {
            if (!names.add(name)) {
                throw new IOException("it has " + name + " twice");
            }
            var content = new DigestInputStream(from, StateArchive.sha256());
            switch (name) {
                case StateArchive.DESCRIPTION -> description = small(content, name);
                case StateArchive.SUMS -> told = new String(small(content, name), StandardCharsets.UTF_8);
                case StateArchive.STATE -> readState(content);
                default -> {
                    if (!isZip || !name.equals(KEYS_OF_VERSION_1)) {
                        throw new IOException("it has " + name + ", which no archive of a state has");
                    }
                    keys = small(content, name);
                }
            }
            if (!name.equals(StateArchive.SUMS)) {
                sums.add(StateArchive.sum(content.getMessageDigest(), name));
            }
        }

        private void readState(InputStream content) throws IOException, CodecException {
            if (!isZip) {
                keys = keys(content);
            }
            var state = new Counted(content);
            var records = new BufferedInputStream(state, BUFFER_BYTES);
            SnapshotFile.verify(records);
            if (records.read() >= 0) {
                throw new IOException(StateArchive.STATE + " goes on after its end");
            }
            digest = HexFormat.of().formatHex(state.getMessageDigest().digest());
            bytes = state.bytes;
        }

        private static byte[] small(InputStream content, String name) throws IOException {
            return readAll(content, SMALL_BYTES_MAX, name);
        }

        private static byte[] readAll(InputStream content, int most, String what) throws IOException {
            byte[] read = content.readNBytes(most + 1);
            if (read.length > most) {
                throw new IOException(what + " is larger than it can be");
            }
            return read;
        }
    }

    /** Counts what is read, too. */
    private static final class Counted extends DigestInputStream {
        private long bytes;

        private Counted(InputStream from) {
            super(from, StateArchive.sha256());
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            bytes += one < 0 ? 0 : 1;
            return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            bytes += Math.max(0, read);
            return read;
        }
    }
}
