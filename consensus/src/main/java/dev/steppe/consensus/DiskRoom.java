package dev.steppe.consensus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The room that a log must find before it begins: a log that begins on a full disk only disturbs the others. */
final class DiskRoom {
    /** Two files of the log, and a snapshot of a small state. */
    static final long BYTES_MIN = 32L << 20;

    private DiskRoom() {}

    /** Fails, with what to do, where the directory's file system has less. */
    static void require(Path directory) throws IOException {
        Files.createDirectories(directory);
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < BYTES_MIN) {
            throw new IOException("the disk of " + directory + " has " + (free >> 20)
                    + " MB left, and the log begins with " + (BYTES_MIN >> 20) + " MB at least: make room there");
        }
    }
}
