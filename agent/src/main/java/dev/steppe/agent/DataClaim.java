package dev.steppe.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The right to use a data directory: two agents with one would take each other's tasks for their own. It ends with {@link
 * #close} or with the process; the file stays, since removing it would race with whoever opens it.
 */
final class DataClaim implements AutoCloseable {
    private final FileChannel channel;

    private DataClaim(FileChannel channel) {
        this.channel = channel;
    }

    /** The directory is another agent's now; the message tells whose. */
    static final class TakenException extends IOException {
        private static final long serialVersionUID = 1L;

        TakenException(Path directory, String holder) {
            super("the data directory " + directory + " is used by an agent that runs (pid " + holder + ")");
        }
    }

    /** Takes the directory, which must exist. */
    static DataClaim take(Path directory) throws IOException {
        var file = directory.resolve("agent.lock");
        var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw new TakenException(directory, Files.readString(file).strip());
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            return new DataClaim(channel);
        } catch (OverlappingFileLockException inThisProcess) {
            channel.close();
            throw new TakenException(directory, Files.readString(file).strip());
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
