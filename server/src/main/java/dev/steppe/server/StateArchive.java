package dev.steppe.server;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.Rfc3339;
import dev.steppe.state.Snapshot;
import dev.steppe.state.SnapshotFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The whole state of a region as one file: a zip of a description, the state, the root keys that open its variables, and
 * the SHA-256 of each. It is written as it is read from the state, the same bytes each time. Whoever has it has every
 * secret of the region.
 */
public record StateArchive(Description description, Snapshot snapshot, Map<String, String> rootKeys) {
    static final long VERSION = 1;
    static final String DESCRIPTION = "meta.json";
    static final String STATE = "state.bin";
    static final String KEYS = "keys.json";
    static final String SUMS = "SHA256SUMS";
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
            long jobs,
            long nodes,
            long allocations) {}

    /** What the root keys file holds. */
    public record Keys(Map<String, String> keys) {}

    /** The archive of a state. */
    public static StateArchive of(
            Snapshot snapshot, String region, String server, long term, Instant now, Map<String, String> rootKeys) {
        return new StateArchive(
                new Description(
                        VERSION,
                        "state-" + term + "-" + snapshot.index() + "-" + now.toEpochMilli(),
                        region,
                        server,
                        snapshot.index(),
                        term,
                        now,
                        count(snapshot.jobs()),
                        snapshot.nodeCount(),
                        count(snapshot.allocations())),
                snapshot,
                rootKeys);
    }

    private static long count(Iterable<?> things) {
        long count = 0;
        for (Object ignored : things) {
            count++;
        }
        return count;
    }

    /** Something that goes into the archive. */
    private interface Content {
        void write(OutputStream to) throws IOException;
    }

    /** Writes the bytes of the file; the stream stays open. */
    public void write(OutputStream to) throws IOException {
        try (var zip = new Zip(to)) {
            write(zip);
        }
        to.flush();
    }

    private void write(Zip zip) throws IOException {
        var sums = new StringBuilder();
        add(zip, DESCRIPTION, sums, out -> out.write(Codec.toJsonBytes(description, true)));
        add(zip, KEYS, sums, out -> out.write(Codec.toJsonBytes(new Keys(new TreeMap<>(rootKeys)), true)));
        add(zip, STATE, sums, out -> SnapshotFile.write(snapshot, out));
        add(zip, SUMS, new StringBuilder(), out -> out.write(sums.toString().getBytes(StandardCharsets.UTF_8)));
        zip.finish();
    }

    /** Closing gives back memory outside the heap; the stream below stays open. */
    private static final class Zip extends ZipOutputStream {
        private Zip(OutputStream to) {
            super(to);
        }

        @Override
        public void close() {
            def.end();
        }
    }

    private void add(ZipOutputStream zip, String name, StringBuilder sums, Content content) throws IOException {
        var entry = new ZipEntry(name);
        entry.setTime(description.created().toEpochMilli());
        zip.putNextEntry(entry);
        var digest = sha256();
        var out = new BufferedOutputStream(new DigestOutputStream(zip, digest), BUFFER_BYTES);
        content.write(out);
        out.flush();
        zip.closeEntry();
        sums.append(HexFormat.of().formatHex(digest.digest()))
                .append("  ")
                .append(name)
                .append('\n');
    }

    /** What the sums of an archive are made with. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }

    /** How long the file is and what its SHA-256 is: it is written once for both, and kept nowhere. */
    public Measure measure() throws IOException {
        var length = new Length();
        var digest = sha256();
        write(new DigestOutputStream(length, digest));
        return new Measure(length.bytes, digest.digest());
    }

    /** What is told of a file before it is sent. */
    public record Measure(long bytes, byte[] sha256) {}

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
