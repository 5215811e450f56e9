package dev.steppe.api.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where the bodies of large requests wait on the disk while they are worked on: a directory of the agent's own, which
 * only its user can open and which it empties when it starts.
 */
public final class Spool {
    /** Larger than any state that servers could hold in memory. */
    private static final long BYTES_MAX = 4L << 30;
    /** The log is on the same disk as a rule, and must not stop because somebody sent a file. */
    private static final long BYTES_LEFT_FREE = 128L << 20;

    private static final int PART_BYTES = 1 << 16;

    private final Path directory;
    private final long bytesMax;

    private Spool(Path directory, long bytesMax) {
        this.directory = directory;
        this.bytesMax = bytesMax;
    }

    /** Makes the directory, or removes what an earlier agent left in it. */
    public static Spool in(Path directory) throws IOException {
        return in(directory, BYTES_MAX);
    }

    static Spool in(Path directory, long bytesMax) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        try (var left = Files.newDirectoryStream(directory, "body-*")) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
        return new Spool(directory, bytesMax);
    }

    /** A body on the disk. Closing removes it. */
    record Kept(Path file) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            Files.deleteIfExists(file);
        }
    }

    /**
     * Writes all that the stream has to a file of its own; refuses what is too large or finds no room.
     *
     * @throws IOException when the stream cannot be read; that the disk does not take it is refused
     */
    Kept keep(InputStream body) throws Refused, IOException {
        var kept = create();
        boolean whole = false;
        try {
            try (var channel = open(kept)) {
                copy(body, channel);
            }
            whole = true;
            return kept;
        } finally {
            if (!whole) {
                kept.close();
            }
        }
    }

    private Kept create() throws Refused {
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try {
            return new Kept(Files.createTempFile(directory, "body-", "", owner));
        } catch (IOException failed) {
            throw notKept(failed);
        }
    }

    private FileChannel open(Kept kept) throws Refused {
        try {
            return FileChannel.open(kept.file(), StandardOpenOption.WRITE);
        } catch (IOException failed) {
            throw notKept(failed);
        }
    }

    private void copy(InputStream body, FileChannel to) throws Refused, IOException {
        byte[] part = new byte[PART_BYTES];
        long bytes = 0;
        long looked = -1;
        for (int read = body.read(part); read >= 0; read = body.read(part)) {
            bytes += read;
            if (bytes > bytesMax) {
                throw new Refused(Refused.Kind.TOO_LARGE, "the request body is larger than " + bytesMax + " bytes");
            }
            if (bytes >> 20 > looked) {
                looked = bytes >> 20;
                requireRoom();
            }
            write(to, ByteBuffer.wrap(part, 0, read));
        }
    }

    private void write(FileChannel to, ByteBuffer part) throws Refused, IOException {
        try {
            while (part.hasRemaining()) {
                to.write(part);
            }
        } catch (ClosedByInterruptException stopping) {
            throw stopping;
        } catch (IOException failed) {
            throw notKept(failed);
        }
    }

    private Refused notKept(IOException failed) {
        return new Refused(
                Refused.Kind.UNAVAILABLE,
                "the request body cannot be kept in " + directory + ": " + failed
                        + "; see to that directory and its disk, and send it again");
    }

    private void requireRoom() throws Refused {
        long free = directory.toFile().getUsableSpace();
        if (free < BYTES_LEFT_FREE) {
            throw new Refused(
                    Refused.Kind.UNAVAILABLE,
                    "there is no room for the request body in " + directory + ": " + (free >> 20) + " MB are free and "
                            + (BYTES_LEFT_FREE >> 20) + " MB stay so; make room and send it again");
        }
    }
}
