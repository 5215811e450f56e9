package dev.steppe.server;

import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.codec.Rfc3339;
import dev.steppe.state.Snapshot;
import dev.steppe.state.SnapshotFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * The whole state of a region in one file: a zip of a description, the state, the root keys that open its variables, and
 * the SHA-256 of each. Whoever has it has every secret of the region.
 */
public record StateArchive(Description description, byte[] state, Map<String, String> rootKeys) {
    private static final long VERSION = 1;
    private static final String DESCRIPTION = "meta.json";
    private static final String STATE = "state.bin";
    private static final String KEYS = "keys.json";
    private static final String SUMS = "SHA256SUMS";

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
            Snapshot snapshot, String region, String server, long term, Instant now, Map<String, String> rootKeys)
            throws IOException {
        var state = new ByteArrayOutputStream();
        SnapshotFile.write(snapshot, state);
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
                state.toByteArray(),
                rootKeys);
    }

    private static long count(Iterable<?> things) {
        long count = 0;
        for (Object ignored : things) {
            count++;
        }
        return count;
    }

    /** The bytes of the file. */
    public byte[] bytes() {
        var entries = new TreeMap<String, byte[]>();
        entries.put(DESCRIPTION, Codec.toJsonBytes(description, true));
        entries.put(STATE, state);
        entries.put(KEYS, Codec.toJsonBytes(new Keys(new TreeMap<>(rootKeys)), true));
        var sums = new StringBuilder();
        entries.forEach((name, content) ->
                sums.append(digest(content)).append("  ").append(name).append('\n'));
        entries.put(SUMS, sums.toString().getBytes(StandardCharsets.UTF_8));
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        } catch (IOException impossible) {
            throw new IllegalStateException("memory cannot be written to", impossible);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads an archive and everything in it.
     *
     * @throws IOException when it is not whole, was changed, or is from a version this program does not know
     */
    public static StateArchive read(byte[] bytes) throws IOException {
        var entries = entries(bytes);
        for (var sum : text(entries, SUMS).lines().toList()) {
            var words = sum.split("  ", 2);
            if (words.length != 2 || !words[0].equals(digest(part(entries, words[1])))) {
                throw new IOException("the archive is damaged: the checksum of " + (words.length == 2 ? words[1] : SUMS)
                        + " does not match");
            }
        }
        try {
            var description = Codec.fromJson(Description.class, part(entries, DESCRIPTION));
            if (description.version() != VERSION) {
                throw new IOException("the archive has version " + description.version() + ", but this program reads "
                        + "version " + VERSION);
            }
            var state = part(entries, STATE);
            SnapshotFile.read(new ByteArrayInputStream(state));
            var keys = Codec.fromJson(Keys.class, part(entries, KEYS)).keys();
            return new StateArchive(description, state, keys);
        } catch (CodecException unreadable) {
            throw new IOException("the archive is damaged: " + unreadable.getMessage(), unreadable);
        }
    }

    private static Map<String, byte[]> entries(byte[] bytes) throws IOException {
        var entries = new TreeMap<String, byte[]>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (var next = Optional.ofNullable(zip.getNextEntry());
                    next.isPresent();
                    next = Optional.ofNullable(zip.getNextEntry())) {
                entries.put(next.get().getName(), zip.readAllBytes());
            }
        } catch (IOException | IllegalArgumentException cut) {
            throw new IOException("the archive is damaged or cut short", cut);
        }
        if (entries.isEmpty()) {
            throw new IOException("this is no archive of a state: operator snapshot save makes one");
        }
        return entries;
    }

    private static byte[] part(Map<String, byte[]> entries, String name) throws IOException {
        return Optional.ofNullable(entries.get(name))
                .orElseThrow(() -> new IOException("the archive is damaged or cut short: it has no " + name));
    }

    private static String text(Map<String, byte[]> entries, String name) throws IOException {
        return new String(part(entries, name), StandardCharsets.UTF_8);
    }

    /** The SHA-256 of bytes in hex. */
    public static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }

    /** The keys and the state are secret. */
    @Override
    public String toString() {
        return "StateArchive(" + description + ")";
    }
}
