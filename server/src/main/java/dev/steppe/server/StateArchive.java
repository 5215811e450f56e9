package dev.steppe.server;

import dev.steppe.model.Sha256;
import dev.steppe.model.archive.ArchiveFiles;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Rfc3339;
import dev.steppe.state.Snapshot;
import dev.steppe.state.SnapshotFile;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * The whole state of a region as one file, in the form that programs of both dialects look at before they keep it: a gzipped
 * tar of a description, of {@code state.bin}, which is the root keys and the state, and of the SHA-256 of both. It is written
 * as it is read from the state, the same bytes each time this archive is written. Whoever has it has every secret of the region.
 */
public record StateArchive(Description description, Snapshot snapshot, Map<String, String> rootKeys) {
    static final long VERSION = 2;
    private static final int BUFFER_BYTES = 1 << 16;

    public StateArchive {
        rootKeys = Map.copyOf(rootKeys);
    }

    /** What is told about an archive before it is opened. */
    public record Description(
            long version,
            String id,
            String region,
            String server,
            long index,
            long term,
            @Rfc3339 Instant created,
            @Default("0") long size,
            long jobs,
            long nodes,
            long allocations) {}

    /** The root keys as they are written. */
    public record Keys(Map<String, String> keys) {}

    /** The archive of a state, which is written once for its length. */
    public static StateArchive of(
            Snapshot snapshot, String region, String server, long term, Instant now, Map<String, String> rootKeys)
            throws IOException {
        return new StateArchive(
                new Description(
                        VERSION,
                        "state-" + term + "-" + snapshot.index() + "-" + now.toEpochMilli(),
                        region,
                        server,
                        snapshot.index(),
                        term,
                        now,
                        length(snapshot, rootKeys),
                        count(snapshot.jobs()),
                        snapshot.nodeCount(),
                        count(snapshot.allocations())),
                snapshot,
                rootKeys);
    }

    /** How long a state is with its keys as it is written: it is written once for that. */
    static long length(Snapshot snapshot, Map<String, String> rootKeys) throws IOException {
        var length = new Length();
        writeState(snapshot, rootKeys, length);
        return length.bytes;
    }

    private static long count(Iterable<?> things) {
        long count = 0;
        for (Object ignored : things) {
            count++;
        }
        return count;
    }

    /** The keys go before the state, with their length before them. */
    private static void writeState(Snapshot snapshot, Map<String, String> rootKeys, OutputStream to)
            throws IOException {
        var keys = Codec.toJsonBytes(new Keys(new TreeMap<>(rootKeys)), true);
        var out = new DataOutputStream(new BufferedOutputStream(to, BUFFER_BYTES));
        out.writeInt(keys.length);
        out.write(keys);
        SnapshotFile.write(snapshot, out);
        out.flush();
    }

    /** Something that goes into the archive. */
    private interface Content {
        void write(OutputStream to) throws IOException;
    }

    /** Writes the bytes of the file; the stream stays open. */
    public void write(OutputStream to) throws IOException {
        try (var gzip = new Gzip(to)) {
            write(gzip);
            gzip.finish();
        }
        to.flush();
    }

    private void write(Gzip gzip) throws IOException {
        var tar = new TarArchiveOutputStream(gzip, StandardCharsets.UTF_8.name());
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
        var about = Codec.toJsonBytes(description, true);
        var sums = add(tar, ArchiveFiles.DESCRIPTION, about.length, out -> out.write(about))
                + add(tar, ArchiveFiles.STATE, description.size(), out -> writeState(snapshot, rootKeys, out));
        var lines = sums.getBytes(StandardCharsets.UTF_8);
        add(tar, ArchiveFiles.SUMS, lines.length, out -> out.write(lines));
        tar.finish();
    }

    /** Returns the line with the sum of what was added. */
    private String add(TarArchiveOutputStream tar, String name, long bytes, Content content) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(bytes);
        entry.setMode(0600);
        entry.setUserName("");
        entry.setGroupName("");
        entry.setModTime(Date.from(description.created()));
        tar.putArchiveEntry(entry);
        var digest = Sha256.digest();
        content.write(new DigestOutputStream(tar, digest));
        tar.closeArchiveEntry();
        return ArchiveFiles.sum(digest, name) + "\n";
    }

    /** Closing gives back memory outside the heap; the stream below stays open. */
    private static final class Gzip extends GZIPOutputStream {
        private Gzip(OutputStream to) throws IOException {
            super(to, BUFFER_BYTES);
        }

        @Override
        public void close() {
            def.end();
        }
    }

    /** The SHA-256 of the file: it is written once more for that, and kept nowhere. */
    public byte[] digest() throws IOException {
        var digest = Sha256.digest();
        write(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        return digest.digest();
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

    /** The keys and the state are secret. */
    @Override
    public String toString() {
        return "StateArchive(" + description + ")";
    }
}
