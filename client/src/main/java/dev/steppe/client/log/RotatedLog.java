package dev.steppe.client.log;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.LinuxException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;

/**
 * One stream of a task's output: what the task appends to its spool is moved on into {@code <prefix>0}, {@code <prefix>1}
 * and so on, each byte once, also when the agent is killed at any point; the oldest files beyond the limit are removed,
 * and the disk behind what was moved is given back while the task goes on writing. Blocking; callable from any thread.
 */
public final class RotatedLog {
    private static final System.Logger LOG = System.getLogger(RotatedLog.class.getName());
    private static final int CHUNK_BYTES = 64 * 1024;
    /** One busy task must not keep the others waiting. */
    private static final long TURN_BYTES = 4 << 20;

    private static final long FREE_AT_LEAST = 1 << 20;
    private static final long BLOCK_BYTES = 4096;

    private final Place place;
    private final Limits limits;
    private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES);
    private boolean opened;
    private boolean canFree = true;
    private boolean atLineStart;
    private int number;
    /** Where in the spool the current file begins, so that its length tells how far moving got. */
    private long base;

    private long freed;
    private long position;
    private long fileSize;

    /**
     * Where it is: the spool, the numbered files, and whether a later agent may cut the spool and write the same again
     * (then it is waited for; otherwise a shorter spool was emptied by its own program and begins anew).
     */
    public record Place(Path spool, Path directory, String prefix, boolean repeated) {
        private Path file(int number) {
            return directory.resolve(prefix + number);
        }

        private Path positionFile() {
            return spool.resolveSibling(spool.getFileName() + ".position");
        }
    }

    /** How much is kept. */
    public record Limits(int maxFiles, long maxFileBytes) {
        public Limits {
            if (maxFiles < 1 || maxFileBytes < 1) {
                throw new IllegalArgumentException("a log needs at least one file of one byte: " + maxFiles
                        + " files of " + maxFileBytes + " bytes");
            }
        }
    }

    public RotatedLog(Place place, Limits limits) {
        this.place = place;
        this.limits = limits;
    }

    /** Finds out how far an earlier agent got, and makes the file people look for. Idempotent. */
    public synchronized void open() throws IOException {
        if (opened) {
            return;
        }
        var kept = new Properties();
        try (var reader = Files.newBufferedReader(place.positionFile())) {
            kept.load(reader);
            number = Integer.parseInt(kept.getProperty("number", "0"));
            base = Long.parseLong(kept.getProperty("base", "0"));
            freed = Long.parseLong(kept.getProperty("freed", "0"));
        } catch (NoSuchFileException fresh) {
            number = newest();
            base = -sizeOf(place.file(number));
            savePosition();
        }
        var file = place.file(number);
        if (!isOurs(file)) {
            Files.deleteIfExists(file);
            create(file);
        }
        fileSize = sizeOf(file);
        position = Math.max(base + fileSize, freed);
        opened = true;
    }

    /** The highest number there is, for a task that ran before and was released since. */
    private int newest() throws IOException {
        int highest = 0;
        try (var files = Files.newDirectoryStream(place.directory())) {
            for (Path file : files) {
                var name = file.getFileName().toString();
                if (name.startsWith(place.prefix())
                        && name.substring(place.prefix().length()).matches("\\d{1,9}")
                        && isOurs(file)) {
                    highest = Math.max(
                            highest,
                            Integer.parseInt(name.substring(place.prefix().length())));
                }
            }
        }
        return highest;
    }

    /** Moves on what there is, within reason; true when there may be more at once. */
    public synchronized boolean advance() throws IOException {
        open();
        long size = sizeOf(place.spool());
        if (size < position && !place.repeated()) {
            // emptied by its own program
            base -= position;
            position = 0;
            freed = 0;
            savePosition();
        }
        if (size <= position) {
            return false;
        }
        long until = Math.min(size, position + TURN_BYTES);
        try (var spool = FileChannel.open(place.spool(), StandardOpenOption.READ)) {
            while (position < until) {
                move(spool, until);
            }
        }
        free();
        return position < size;
    }

    /** How much was moved on since it was opened and before: it only grows while its task does not empty its own output. */
    synchronized long moved() {
        return position;
    }

    /** Moves on everything. */
    public synchronized void drain() throws IOException {
        boolean more = true;
        while (more) {
            more = advance();
        }
    }

    /** Moves on everything, and forgets the spool. The task must have ended for good. Idempotent. */
    public synchronized void finish() throws IOException {
        drain();
        Files.deleteIfExists(place.spool());
        Files.deleteIfExists(place.positionFile());
        opened = false;
    }

    private void move(FileChannel spool, long until) throws IOException {
        if (fileSize >= limits.maxFileBytes()) {
            rotate();
        }
        buffer.clear().limit((int) Math.min(CHUNK_BYTES, until - position));
        int length = spool.read(buffer, position);
        if (length <= 0) {
            throw new IOException(place.spool() + " became shorter while it was read");
        }
        int fitting = fitting(length);
        if (fitting > 0) {
            buffer.flip().limit(fitting);
            append();
            atLineStart = buffer.get(fitting - 1) == '\n';
            position += fitting;
            fileSize += fitting;
        }
        if (fitting < length) {
            rotate();
        }
    }

    /** How much goes into the current file: whole lines where they are not longer than what is looked at. */
    private int fitting(int length) {
        long room = limits.maxFileBytes() - fileSize;
        if (length < room || (length == room && buffer.get(length - 1) == '\n')) {
            return length;
        }
        for (int index = (int) room - 1; index >= 0; index--) {
            if (buffer.get(index) == '\n') {
                return index + 1;
            }
        }
        return atLineStart && fileSize > 0 ? 0 : (int) room;
    }

    private void append() throws IOException {
        try (var file = FileChannel.open(
                place.file(number), StandardOpenOption.WRITE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS)) {
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
        } catch (NoSuchFileException removed) {
            // by somebody else, perhaps to save space; what follows is kept again
            create(place.file(number));
            base = position;
            fileSize = 0;
            savePosition();
            append();
        }
    }

    /** The position is written first: whatever is missing of the new file is found by its length. */
    private void rotate() throws IOException {
        number++;
        base = position;
        fileSize = 0;
        Files.deleteIfExists(place.file(number));
        savePosition();
        create(place.file(number));
        for (int old = number - limits.maxFiles(); old >= 0 && Files.deleteIfExists(place.file(old)); old--) {}
    }

    /** Tasks may write beside the log: their links and files are not followed. */
    private static void create(Path file) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        } catch (FileAlreadyExistsException foreign) {
            Files.delete(file);
            create(file);
        }
    }

    private static boolean isOurs(Path file) throws IOException {
        try {
            Map<String, Object> found =
                    Files.readAttributes(file, "unix:uid,nlink,isRegularFile", LinkOption.NOFOLLOW_LINKS);
            return Boolean.TRUE.equals(found.get("isRegularFile"))
                    && Integer.valueOf(1).equals(found.get("nlink"))
                    && Integer.valueOf(LinuxCalls.effectiveUser()).equals(found.get("uid"));
        } catch (NoSuchFileException none) {
            return false;
        }
    }

    /** The disk behind what was moved is not needed any more. */
    private void free() throws IOException {
        long until = position / BLOCK_BYTES * BLOCK_BYTES;
        if (!canFree || until - freed < FREE_AT_LEAST) {
            return;
        }
        try {
            LinuxCalls.punchHole(place.spool(), freed, until - freed);
            freed = until;
            savePosition();
        } catch (LinuxException impossible) {
            canFree = false;
            LOG.log(
                    Level.WARNING,
                    "the file system cannot give back parts of files, output takes its space until its task ends file="
                            + place.spool() + " reason=" + impossible.getMessage());
        }
    }

    private void savePosition() throws IOException {
        var values = new Properties();
        values.setProperty("number", Integer.toString(number));
        values.setProperty("base", Long.toString(base));
        values.setProperty("freed", Long.toString(freed));
        var draft = place.positionFile().resolveSibling(place.positionFile().getFileName() + ".draft");
        try (var writer = Files.newBufferedWriter(draft)) {
            values.store(writer, null);
        }
        Files.move(draft, place.positionFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException none) {
            return 0;
        }
    }
}
