package dev.steppe.model.archive;

import dev.steppe.model.Sha256;
import dev.steppe.model.codec.CodecException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The files in an archive of a state, one after the other, whose checksums are compared after the last one: a gzipped tar,
 * or the zip that version 1 wrote. Each is there once and no other is; of none there is more in memory than is asked for.
 */
public final class ArchiveFiles implements AutoCloseable {
    /** What is told about a state before it is opened. */
    public static final String DESCRIPTION = "meta.json";

    /** The root keys with their length before them, then the state; in version 1 the state alone. */
    public static final String STATE = "state.bin";

    public static final String KEYS_OF_VERSION_1 = "keys.json";

    /** The SHA-256 of the others, which nobody is given as a file. */
    public static final String SUMS = "SHA256SUMS";

    /** How a zip begins. */
    public static final int ZIP = 0x504b0304;

    /** No checksum is of these bytes, which are the same in every archive. */
    private static final byte[] GZIP = HexFormat.of().parseHex("1f8b08000000000000ff");

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int SMALL_BYTES_MAX = 16 << 20;
    /** A tar ends with a few empty blocks. */
    private static final int REST_BYTES_MAX = 1 << 20;

    private final boolean isZip;
    private final InputStream whole;
    private final InputStream entries;
    private final Names names;
    private final TreeMap<String, MessageDigest> digests = new TreeMap<>();
    private InputStream content = InputStream.nullInputStream();
    private String name = "";
    private String told = "";

    /** Goes to the next file in an archive and says its name; empty after the last one. */
    private interface Names {
        Optional<String> next() throws IOException;
    }

    /** What somebody wants to know of an archive, who goes to the end of its files for it. */
    public interface Reading<T> {
        T from(ArchiveFiles files) throws IOException, CodecException;
    }

    private ArchiveFiles(InputStream from) throws IOException {
        var file = new BufferedInputStream(from, BUFFER_BYTES);
        file.mark(GZIP.length);
        var first = file.readNBytes(GZIP.length);
        file.reset();
        isZip = first.length == GZIP.length && ByteBuffer.wrap(first).getInt() == ZIP;
        if (isZip) {
            var zip = new ZipInputStream(file);
            whole = file;
            entries = zip;
            names = () -> Optional.ofNullable(zip.getNextEntry()).map(ZipEntry::getName);
        } else if (Arrays.equals(GZIP, first)) {
            whole = new GZIPInputStream(file, BUFFER_BYTES);
            var tar = new TarFiles(whole);
            entries = tar;
            names = tar::next;
        } else {
            throw new DamagedArchiveException("this is no archive of a state, or it is damaged or cut short: "
                    + "operator snapshot save makes one");
        }
    }

    /** The files in an archive that was found whole before. Closing them closes the stream, and so does failing here. */
    public static ArchiveFiles open(InputStream file) throws IOException {
        try {
            return new ArchiveFiles(file);
        } catch (IOException unknown) {
            file.close();
            throw unknown;
        }
    }

    /**
     * Reads an archive, and closes it.
     *
     * @throws DamagedArchiveException when the fault is the archive's
     * @throws IOException when the file cannot be read
     */
    public static <T> T read(InputStream file, Reading<T> reading) throws IOException {
        try (var disk = new DiskStream(file);
                var files = new ArchiveFiles(disk)) {
            return reading.from(files);
        } catch (UncheckedIOException fault) {
            throw fault.getCause();
        } catch (DamagedArchiveException damaged) {
            throw damaged;
        } catch (EOFException cut) {
            throw new DamagedArchiveException("the archive is damaged or cut short", cut);
        } catch (IOException | CodecException | IllegalArgumentException unreadable) {
            throw new DamagedArchiveException(
                    "the archive is damaged, cut short or from a newer version: " + unreadable.getMessage(),
                    unreadable);
        }
    }

    /** Whether version 1 wrote it. */
    public boolean isZip() {
        return isZip;
    }

    /**
     * Goes on to the next file, whose content is read from now on, and says its name. Empty after the last one, once all of
     * them were found to be what the archive tells of them.
     */
    public Optional<String> next() throws IOException {
        var found = following();
        if (found.isPresent() && name.equals(SUMS)) {
            told = new String(small(), StandardCharsets.UTF_8);
            found = following();
        }
        if (found.isEmpty()) {
            compare();
        }
        return found;
    }

    private Optional<String> following() throws IOException {
        content.transferTo(OutputStream.nullOutputStream());
        var found = names.next();
        if (found.isPresent()) {
            begin(found.get());
        }
        return found;
    }

    private void begin(String file) throws IOException {
        boolean known = switch (file) {
            case DESCRIPTION, STATE, SUMS -> true;
            case KEYS_OF_VERSION_1 -> isZip;
            default -> false;
        };
        if (!known) {
            throw new IOException("it has " + shown(file) + ", which no archive of a state has");
        }
        var digest = Sha256.digest();
        if (digests.put(file, digest) != null) {
            throw new IOException("it has " + file + " twice");
        }
        content = new DigestInputStream(entries, digest);
        name = file;
    }

    /** A text of an archive, for terminals and logs. */
    public static String printable(String text) {
        return text.replaceAll("\\p{Cc}", "?");
    }

    static String shown(String name) {
        return name.matches("[\\p{Graph} ]{1,100}") ? name : "a file whose name cannot be shown";
    }

    private void compare() throws IOException {
        // what comes after the last file has a checksum of all before it
        limited(whole, REST_BYTES_MAX, "what comes after its files");
        digests.remove(SUMS);
        var sums = new TreeSet<String>();
        digests.forEach((file, digest) -> sums.add(sum(digest, file)));
        if (sums.size() != (isZip ? 3 : 2)
                || !sums.equals(new TreeSet<>(told.lines().toList()))) {
            throw new DamagedArchiveException("the archive is damaged: the checksums do not match");
        }
    }

    /** As a line of {@link #SUMS} has it, without the end of the line. */
    public static String sum(MessageDigest digest, String name) {
        return HexFormat.of().formatHex(digest.digest()) + "  " + name;
    }

    /** The content of the file, from where it was read to; closing it closes the archive. */
    public InputStream content() {
        return content;
    }

    /** The content of a file that is not the state, which is refused where it is larger than such a file can be. */
    public byte[] small() throws IOException {
        return limited(content, SMALL_BYTES_MAX, name);
    }

    private static byte[] limited(InputStream from, int most, String what) throws IOException {
        byte[] read = from.readNBytes(most + 1);
        if (read.length > most) {
            throw new IOException(what + " is larger than it can be");
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        entries.close();
    }
}
