package dev.steppe.api;

import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Spool;
import dev.steppe.model.codec.Codec;
import dev.steppe.server.SavedState;
import dev.steppe.server.StateArchive;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.Date;
import java.util.HexFormat;
import java.util.Optional;
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
        var whole = archive.measure();
        var description = Codec.toJsonBytes(archive.description(), true);
        var sums = line(StateArchive.sha256().digest(description), DESCRIPTION) + line(whole.sha256(), STATE);
        return new WrappedArchive(archive, description, whole.bytes(), sums);
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

    /** What is unpacked beside the file has no name any more once it is open. */
    private static SavedState unwrapped(Path file) throws Refused, IOException {
        try (var content = new BufferedInputStream(Files.newInputStream(file));
                var gzip = new GZIPInputStream(content, BUFFER_BYTES);
                var found = new Unwrapped(Spool.beside(file))) {
            found.read(gzip);
            return SavedState.open(found.state());
        }
    }

    private static String line(byte[] sum, String name) {
        return HexFormat.of().formatHex(sum) + "  " + name + "\n";
    }

    /** What is found in the tar. Closing removes the file that was made of it. */
    private static final class Unwrapped implements AutoCloseable {
        private final Spool spool;
        private final TreeSet<String> sums = new TreeSet<>();
        private final TreeSet<String> names = new TreeSet<>();
        private String told = "";
        private Optional<Spool.Kept> state = Optional.empty();

        private Unwrapped(Spool spool) {
            this.spool = spool;
        }

        private void read(InputStream gzip) throws Refused, IOException {
            try {
                var tar = new TarArchiveInputStream(gzip);
                for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    read(entry, tar);
                }
                // what comes after the last entry has a checksum of all before it
                gzip.transferTo(OutputStream.nullOutputStream());
            } catch (IOException | IllegalArgumentException damaged) {
                throw new IOException("the archive is damaged or cut short: " + damaged.getMessage(), damaged);
            }
            if (sums.size() != 2 || !sums.equals(new TreeSet<>(told.lines().toList()))) {
                throw new IOException("the archive is damaged: the checksums do not match");
            }
        }

        private void read(TarArchiveEntry entry, InputStream tar) throws Refused, IOException {
            String name = entry.getName();
            if (entry.isSparse() || !names.add(name)) {
                throw new IOException("it has " + name + (entry.isSparse() ? " with holes" : " twice"));
            }
            var content = new DigestInputStream(tar, StateArchive.sha256());
            switch (name) {
                case DESCRIPTION -> content.transferTo(OutputStream.nullOutputStream());
                case STATE -> state = Optional.of(spool.keep(content));
                case SUMS -> told = new String(tar.readNBytes(SMALL_BYTES_MAX), StandardCharsets.UTF_8);
                default -> throw new IOException("it has " + name + ", which no archive of a state has");
            }
            if (!name.equals(SUMS)) {
                sums.add(line(content.getMessageDigest().digest(), name).strip());
            }
        }

        private Path state() {
            return state.orElseThrow().file();
        }

        @Override
        public void close() throws IOException {
            if (state.isPresent()) {
                state.get().close();
            }
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
