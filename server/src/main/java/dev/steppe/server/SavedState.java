package dev.steppe.server;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.SnapshotFile;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
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
    /** No checksum is of these bytes, which are the same in every archive. */
    private static final byte[] GZIP = HexFormat.of().parseHex("1f8b08000000000000ff");

    private static final byte[] ZIP = HexFormat.of().parseHex("504b0304");
    private static final String KEYS_OF_VERSION_1 = "keys.json";

    public SavedState {
        rootKeys = Map.copyOf(rootKeys);
    }

    /**
     * Reads an archive and everything in it.
     *
     * @throws IOException when it is not whole, was changed, or is from a version this program does not know
     */
    public static SavedState open(Path file) throws IOException {
        try (var opened = new Opened(file)) {
            return new Reading(opened.isZip).read(file, opened);
        } catch (CodecException | IllegalArgumentException unreadable) {
            throw new IOException("the archive is damaged: " + unreadable.getMessage(), unreadable);
        }
    }

    /** The state as it is written, from its beginning. */
    public InputStream state() throws IOException {
        var opened = new Opened(file);
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

    /** The files in an archive, one after the other. */
    private static final class Opened implements AutoCloseable {
        private final InputStream content;
        private final ArchiveInputStream<?> entries;
        private final boolean isZip;

        private Opened(Path path) throws IOException {
            var file = new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES);
            boolean known = false;
            try {
                file.mark(GZIP.length);
                var first = file.readNBytes(GZIP.length);
                file.reset();
                isZip = Arrays.equals(ZIP, Arrays.copyOf(first, ZIP.length));
                known = isZip || Arrays.equals(GZIP, first);
                if (!known) {
                    throw new IOException("this is no archive of a state, or it is damaged or cut short: "
                            + "operator snapshot save makes one");
                }
                content = isZip ? file : new GZIPInputStream(file, BUFFER_BYTES);
                entries = isZip ? new ZipArchiveInputStream(content) : new TarArchiveInputStream(content);
            } finally {
                if (!known) {
                    file.close();
                }
            }
        }

        private Optional<ArchiveEntry> next() throws IOException {
            return Optional.ofNullable(entries.getNextEntry());
        }

        private void goTo(String name) throws IOException {
            var entry = next();
            while (entry.isPresent() && !entry.get().getName().equals(name)) {
                entry = next();
            }
            if (entry.isEmpty()) {
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
            try {
                for (var entry = opened.next(); entry.isPresent(); entry = opened.next()) {
                    read(entry.get(), opened.entries);
                }
                // what comes after the last entry has a checksum of all before it
                opened.content.transferTo(OutputStream.nullOutputStream());
            } catch (EOFException cut) {
                throw new IOException("the archive is damaged or cut short", cut);
            } catch (IOException | IllegalArgumentException unreadable) {
                throw new IOException(
                        "the archive is damaged, cut short or from a newer version: " + unreadable.getMessage(),
                        unreadable);
            }
            var parts = new TreeSet<>(names);
            parts.remove(StateArchive.SUMS);
            if (parts.size() != (isZip ? 3 : 2)
                    || !sums.equals(new TreeSet<>(told.lines().toList()))) {
                throw new IOException("the archive is damaged: the checksums do not match");
            }
            var about = Codec.fromJson(StateArchive.Description.class, description);
            if (about.version() != (isZip ? 1 : StateArchive.VERSION)) {
                throw new IOException("the archive has version " + about.version() + ", but this program reads "
                        + "versions up to " + StateArchive.VERSION);
            }
            var rootKeys = Codec.fromJson(StateArchive.Keys.class, keys).keys();
            return new SavedState(file, about, rootKeys, digest, bytes);
        }

        private void read(ArchiveEntry entry, InputStream from) throws IOException, CodecException {
            var name = entry.getName();
            boolean holes = entry instanceof TarArchiveEntry inTar && inTar.isSparse();
            if (holes || !names.add(name)) {
                throw new IOException("it has " + name + (holes ? " with holes" : " twice"));
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
            SnapshotFile.read(new BufferedInputStream(state, BUFFER_BYTES));
            state.transferTo(OutputStream.nullOutputStream());
            digest = HexFormat.of().formatHex(state.getMessageDigest().digest());
            bytes = state.bytes;
        }

        private static byte[] small(InputStream content, String name) throws IOException {
            byte[] read = content.readNBytes(SMALL_BYTES_MAX + 1);
            if (read.length > SMALL_BYTES_MAX) {
                throw new IOException(name + " is larger than it can be");
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
