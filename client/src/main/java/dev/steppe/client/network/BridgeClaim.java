package dev.steppe.client.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The right to change a bridge of this machine: two agents with one bridge would remove each other's networks. It ends
 * with {@link #close} or with the process.
 */
final class BridgeClaim implements AutoCloseable {
    private static final Path DIRECTORY = Path.of("/run/lock");

    private final Path file;
    private final FileChannel channel;

    private BridgeClaim(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Takes the bridge, or refuses and tells who has it. */
    static BridgeClaim take(String bridge) throws IOException {
        Files.createDirectories(DIRECTORY);
        var file = DIRECTORY.resolve("steppe-bridge-" + bridge + ".lock");
        while (true) {
            var channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                if (lock(channel).isEmpty()) {
                    throw new IOException("the bridge " + bridge + " belongs to another agent (pid " + holder(file)
                            + "): give this one its own with -bridge=<name> and -bridge-subnet=<network>,"
                            + " or none with -bridge=none");
                }
                if (isStillThere(file, channel)) {
                    return new BridgeClaim(file, channel);
                }
                channel.close();
            } catch (IOException | RuntimeException failed) {
                channel.close();
                throw failed;
            }
        }
    }

    private static Optional<FileLock> lock(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException inThisProcess) {
            return Optional.empty();
        }
    }

    /** Whoever had it before may have removed the file after it was opened here. */
    private static boolean isStillThere(Path file, FileChannel channel) throws IOException {
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        try {
            return holder(file).equals(Long.toString(ProcessHandle.current().pid()));
        } catch (NoSuchFileException removed) {
            return false;
        }
    }

    private static String holder(Path file) throws IOException {
        var text = Files.readString(file).strip();
        return text.isEmpty() ? "unknown" : text;
    }

    /** Gives the bridge up; the file goes while it is still held. Idempotent. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            Files.deleteIfExists(file);
            channel.close();
        }
    }
}
