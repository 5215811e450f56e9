package dev.steppe.server;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.SnapshotFile;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * An archive of a state in a file that was found whole: every checksum was compared and the state was read once from its
 * beginning to its end. The file must not change while this is open.
 */
public final class SavedState implements AutoCloseable {
    private static final int SMALL_BYTES_MAX = 16 << 20;

    private final ZipFile file;
    private final StateArchive.Description description;
    private final Map<String, String> rootKeys;
    private final String digest;
    private final long bytes;

    private SavedState(
            ZipFile file,
            StateArchive.Description description,
            Map<String, String> rootKeys,
            String digest,
            long bytes) {
        this.file = file;
        this.description = description;
        this.rootKeys = Map.copyOf(rootKeys);
        this.digest = digest;
        this.bytes = bytes;
    }

    /**
     * Reads an archive and everything in it.
     *
     * @throws IOException when it is not whole, was changed, or is from a version this program does not know
     */
    public static SavedState open(Path path) throws IOException {
        ZipFile zip;
        try {
            zip = new ZipFile(path.toFile());
        } catch (ZipException | IllegalArgumentException none) {
            throw new IOException(
                    "this is no archive of a state, or it is damaged or cut short: operator snapshot save makes one",
                    none);
        }
        boolean whole = false;
        try {
            var read = read(zip);
            whole = true;
            return read;
        } catch (ZipException | EOFException | IllegalArgumentException damaged) {
            throw new IOException("the archive is damaged or cut short", damaged);
        } catch (CodecException unreadable) {
            throw new IOException("the archive is damaged: " + unreadable.getMessage(), unreadable);
        } finally {
            if (!whole) {
                zip.close();
            }
        }
    }

    private static SavedState read(ZipFile zip) throws IOException, CodecException {
        var sums = sums(zip);
        for (var sum : sums.entrySet()) {
            compare(zip, sum.getKey(), sum.getValue());
        }
        var state = Optional.ofNullable(sums.get(StateArchive.STATE));
        if (state.isEmpty() || !sums.containsKey(StateArchive.DESCRIPTION) || !sums.containsKey(StateArchive.KEYS)) {
            throw new IOException("the archive is damaged: it has no checksum of one of its parts");
        }
        var description = Codec.fromJson(StateArchive.Description.class, small(zip, StateArchive.DESCRIPTION));
        if (description.version() != StateArchive.VERSION) {
            throw new IOException("the archive has version " + description.version() + ", but this program reads "
                    + "version " + StateArchive.VERSION);
        }
        var keys = Codec.fromJson(StateArchive.Keys.class, small(zip, StateArchive.KEYS))
                .keys();
        long bytes;
        try (var content = new Counted(open(zip, StateArchive.STATE))) {
            SnapshotFile.read(content);
            content.transferTo(OutputStream.nullOutputStream());
            bytes = content.bytes;
        }
        return new SavedState(zip, description, keys, state.get(), bytes);
    }

    private static TreeMap<String, String> sums(ZipFile zip) throws IOException {
        var sums = new TreeMap<String, String>();
        var text = new String(small(zip, StateArchive.SUMS), StandardCharsets.UTF_8);
        for (var line : text.lines().toList()) {
            var words = line.split("  ", 2);
            if (words.length != 2) {
                throw new IOException("the archive is damaged: its checksums cannot be read");
            }
            sums.put(words[1], words[0]);
        }
        return sums;
    }

    private static void compare(ZipFile zip, String name, String expected) throws IOException {
        try (var content = new DigestInputStream(open(zip, name), StateArchive.sha256())) {
            content.transferTo(OutputStream.nullOutputStream());
            if (!HexFormat.of().formatHex(content.getMessageDigest().digest()).equals(expected)) {
                throw new IOException("the archive is damaged: the checksum of " + name + " does not match");
            }
        }
    }

    private static InputStream open(ZipFile zip, String name) throws IOException {
        var entry = Optional.ofNullable(zip.getEntry(name))
                .orElseThrow(() -> new IOException("the archive is damaged or cut short: it has no " + name));
        return new BufferedInputStream(zip.getInputStream(entry), 1 << 16);
    }

    private static byte[] small(ZipFile zip, String name) throws IOException {
        try (var content = open(zip, name)) {
            byte[] read = content.readNBytes(SMALL_BYTES_MAX + 1);
            if (read.length > SMALL_BYTES_MAX) {
                throw new IOException("the archive is damaged: " + name + " is larger than it can be");
            }
            return read;
        }
    }

    public StateArchive.Description description() {
        return description;
    }

    public Map<String, String> rootKeys() {
        return rootKeys;
    }

    /** The SHA-256 of the state in hex. */
    public String digest() {
        return digest;
    }

    /** How long the state is as it is written. */
    public long bytes() {
        return bytes;
    }

    /** The state as it is written, from its beginning. */
    public InputStream state() throws IOException {
        return open(file, StateArchive.STATE);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** The keys are secret. */
    @Override
    public String toString() {
        return "SavedState(" + description + ")";
    }

    /** Counts what is read. */
    private static final class Counted extends FilterInputStream {
        private long bytes;

        private Counted(InputStream from) {
            super(from);
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
