package dev.steppe.server;

import dev.steppe.model.Sha256;
import dev.steppe.model.archive.ArchiveFiles;
import dev.steppe.model.archive.DamagedArchiveException;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.SnapshotFile;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;

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
    private static final int KEYS_BYTES_MAX = 16 << 20;

    public SavedState {
        rootKeys = Map.copyOf(rootKeys);
    }

    /**
     * Reads an archive and everything in it; of the state there is one record in memory at a time.
     *
     * @throws DamagedArchiveException when the fault is the archive's
     * @throws IOException when the disk cannot be read
     */
    public static SavedState open(Path file) throws IOException {
        return ArchiveFiles.read(Files.newInputStream(file), files -> new Reading(files).read(file));
    }

    /** The state as it is written, from its beginning. */
    public InputStream state() throws IOException {
        var files = ArchiveFiles.open(Files.newInputStream(file));
        try {
            for (var name = files.next(); name.isPresent(); name = files.next()) {
                if (name.get().equals(ArchiveFiles.STATE)) {
                    if (!files.isZip()) {
                        keys(files.content());
                    }
                    return files.content();
                }
            }
            throw new IOException("it has no " + ArchiveFiles.STATE + " any more");
        } catch (IOException changed) {
            files.close();
            throw changed;
        }
    }

    private static byte[] keys(InputStream state) throws IOException {
        var content = new DataInputStream(state);
        int length = content.readInt();
        if (length == ArchiveFiles.ZIP) {
            throw new DamagedArchiveException(
                    "state.bin in this archive is an archive of its own, as GET /v1/snapshot once made them: "
                            + "\"tar -xzOf FILE state.bin\" gives it, and it can be restored");
        }
        if (length < 0 || length > KEYS_BYTES_MAX) {
            throw new IOException("its root keys are longer than they can be");
        }
        return content.readNBytes(length);
    }

    /** The keys are secret. */
    @Override
    public String toString() {
        return "SavedState(" + description + ")";
    }

    /** What was found in an archive so far. */
    private static final class Reading {
        private final ArchiveFiles files;
        private byte[] description = {};
        private byte[] keys = {};
        private String digest = "";
        private long bytes;

        private Reading(ArchiveFiles files) {
            this.files = files;
        }

        private SavedState read(Path file) throws IOException, CodecException {
            for (var name = files.next(); name.isPresent(); name = files.next()) {
                switch (name.get()) {
                    case ArchiveFiles.DESCRIPTION -> description = files.small();
                    case ArchiveFiles.STATE -> readState();
                    default -> keys = files.small();
                }
            }
            var about = Codec.fromJson(StateArchive.Description.class, description);
            if (about.version() != (files.isZip() ? 1 : StateArchive.VERSION)) {
                throw new DamagedArchiveException("the archive has version " + about.version()
                        + ", but this program reads versions up to " + StateArchive.VERSION);
            }
            var rootKeys = Codec.fromJson(StateArchive.Keys.class, keys).keys();
            rootKeys.values().forEach(key -> Base64.getDecoder().decode(key));
            return new SavedState(file, about, rootKeys, digest, bytes);
        }

        private void readState() throws IOException, CodecException {
            if (!files.isZip()) {
                keys = keys(files.content());
            }
            var state = new Counted(files.content());
            var records = new BufferedInputStream(state, BUFFER_BYTES);
            SnapshotFile.verify(records);
            if (records.read() >= 0) {
                throw new IOException(ArchiveFiles.STATE + " goes on after its end");
            }
            digest = HexFormat.of().formatHex(state.getMessageDigest().digest());
            bytes = state.bytes;
        }
    }

    /** Counts what is read, too. */
    private static final class Counted extends DigestInputStream {
        private long bytes;

        private Counted(InputStream from) {
            super(from, Sha256.digest());
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
