package dev.steppe.consensus;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Mends the end of a log whose process or machine died while it wrote. The engine forces entries to disk before it
 * acknowledges them, at most {@link #UNFORCED_ENTRIES_MAX} at a time, so a record that is cut there was never
 * acknowledged and is taken off; the engine itself would refuse to start. Damage with more whole records behind it
 * cannot come from a crash: it is refused, since cutting there would lose acknowledged commands.
 *
 * <p>A log file: the header, then records of a varint length, the entry, and a CRC-32C of both; then zeros.
 */
final class TornTail {
    /** The engine forces the log at the latest after so many entries. */
    static final int UNFORCED_ENTRIES_MAX = 16;

    private static final System.Logger LOG = System.getLogger(TornTail.class.getName());
    private static final String LOCK = "in_use.lock";
    private static final int HEADER_BYTES = 8;
    private static final int ENTRY_BYTES_MAX = 4 << 20;
    private static final int VARINT_BITS_MAX = 28;
    private static final byte TERM_TAG = 0x08;

    private TornTail() {}

    /** Mends the log below a member's directory, while no process uses it. */
    static void mend(Path groupDirectory) throws IOException {
        var current = groupDirectory.resolve("current");
        if (!Files.isDirectory(current)) {
            return;
        }
        try (var channel =
                FileChannel.open(groupDirectory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var lock = channel.tryLock();
            if (lock == null) {
                throw inUse(groupDirectory);
            }
            try (var files = Files.newDirectoryStream(current, "log_inprogress_*")) {
                for (var file : files) {
                    mendFile(file);
                }
            }
        } catch (OverlappingFileLockException _) {
            throw inUse(groupDirectory);
        }
    }

    private static IOException inUse(Path directory) {
        return new IOException("the log in " + directory + " is in use by another agent; stop that agent, or give this"
                + " one a directory of its own");
    }

    private static void mendFile(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var bytes = content(channel);
            int end = HEADER_BYTES;
            for (int next = recordEnd(bytes, end); next > 0; next = recordEnd(bytes, end)) {
                end = next;
            }
            if (onlyZerosFrom(bytes, end)) {
                return;
            }
            int whole = wholeRecordsFrom(bytes, end + 1);
            if (whole > UNFORCED_ENTRIES_MAX) {
                throw new IOException("the log " + file + " is damaged at byte " + end + " and " + whole
                        + " whole records follow; restore this member's directory from a backup, or empty it when other"
                        + " members hold the data");
            }
            LOG.log(
                    Level.WARNING,
                    "log ends in records that were never acknowledged, taking them off file=" + file + " from=" + end
                            + " bytes=" + (bytes.limit() - end));
            channel.truncate(end);
            channel.force(true);
        }
    }

    /** How many whole records a log file begins with. */
    static long wholeRecords(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var bytes = content(channel);
            long records = 0;
            for (int next = recordEnd(bytes, HEADER_BYTES); next > 0; next = recordEnd(bytes, next)) {
                records++;
            }
            return records;
        }
    }

    private static ByteBuffer content(FileChannel channel) throws IOException {
        var bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            // read on
        }
        return bytes.flip();
    }

    /** Where the whole record that begins here ends, or -1 if none does. */
    private static int recordEnd(ByteBuffer bytes, int begin) {
        int length = 0;
        int at = begin;
        int shift = 0;
        while (true) {
            if (at >= bytes.limit() || shift > VARINT_BITS_MAX) {
                return -1;
            }
            byte part = bytes.get(at++);
            length |= (part & 0x7f) << shift;
            if (part >= 0) {
                break;
            }
            shift += 7;
        }
        // Compare as long: the sum may pass the largest int.
        if (length <= 0 || length > ENTRY_BYTES_MAX || (long) at + length + Integer.BYTES > bytes.limit()) {
            return -1;
        }
        var checksum = new CRC32C();
        checksum.update(bytes.slice(begin, at + length - begin));
        boolean whole = bytes.getInt(at + length) == (int) checksum.getValue();
        return whole ? at + length + Integer.BYTES : -1;
    }

    private static int wholeRecordsFrom(ByteBuffer bytes, int begin) {
        int whole = 0;
        int at = begin;
        while (at < bytes.limit()) {
            int end = looksLikeRecord(bytes, at) ? recordEnd(bytes, at) : -1;
            if (end > 0) {
                whole++;
                at = end;
            } else {
                at++;
            }
        }
        return whole;
    }

    /** An entry begins with its term; this spares a checksum at nearly every byte. */
    private static boolean looksLikeRecord(ByteBuffer bytes, int at) {
        int entry = at;
        while (entry < bytes.limit() && entry - at < 4 && bytes.get(entry) < 0) {
            entry++;
        }
        return entry + 1 < bytes.limit() && bytes.get(entry + 1) == TERM_TAG;
    }

    private static boolean onlyZerosFrom(ByteBuffer bytes, int begin) {
        for (int at = begin; at < bytes.limit(); at++) {
            if (bytes.get(at) != 0) {
                return false;
            }
        }
        return true;
    }
}
