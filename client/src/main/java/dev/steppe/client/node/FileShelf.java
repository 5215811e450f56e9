package dev.steppe.client.node;

import dev.steppe.client.allocation.Kept;
import dev.steppe.client.allocation.KeptTask;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientState;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Keeps allocations in one file that changes are appended to; it is written anew when most of it is outdated. It must
 * survive the agent, not the machine: after a power cut the tasks are gone too and the servers tell what to run, so
 * nothing waits for the disk. For one thread at a time, and one agent.
 *
 * <p>The file: records of a length (4 bytes), a CRC-32C of the content (4 bytes) and a {@link Change} in binary form.
 */
public final class FileShelf implements Kept.Shelf, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FileShelf.class.getName());
    private static final int HEADER_BYTES = 8;
    private static final long OUTDATED_BYTES_MAX = 1 << 20;

    private final Path file;
    private final Map<AllocationId, Kept> latest = new TreeMap<>();
    private FileChannel channel;
    /** The size at which the file is written anew. */
    private long limit;

    /** What a record says. Names are part of the file's format: they may be added to, never renamed. */
    public sealed interface Change {
        /** All there is to know of an allocation. */
        record Put(Kept kept) implements Change {}

        /** What an allocation that was put before does now; what it is to run is the same. */
        record Progress(
                AllocationId allocation, ClientState state, SortedMap<String, KeptTask> tasks, Kept.Progress progress)
                implements Change {}

        record Remove(AllocationId allocation) implements Change {}
    }

    /** Reads the file; makes it, with its directory readable for the agent only, when there is none. */
    public FileShelf(Path directory) throws IOException {
        file = directory.resolve("kept.log");
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        if (Files.exists(file)) {
            read(ByteBuffer.wrap(Files.readAllBytes(file)));
        }
        channel = writeAnew();
    }

    @Override
    public void put(Kept kept) {
        Kept before = latest.put(kept.id(), kept);
        boolean sameWork = before != null && before.allocation() == kept.allocation() && before.job() == kept.job();
        append(
                sameWork
                        ? new Change.Progress(kept.id(), kept.state(), kept.tasks(), kept.progress())
                        : new Change.Put(kept));
    }

    @Override
    public void remove(AllocationId id) {
        if (latest.remove(id) != null) {
            append(new Change.Remove(id));
        }
    }

    @Override
    public List<Kept> all() {
        return List.copyOf(latest.values());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void append(Change change) {
        try {
            if (channel.size() > limit) {
                channel.close();
                channel = writeAnew();
            } else {
                write(channel, change);
            }
        } catch (IOException disk) {
            throw new UncheckedIOException("cannot keep what allocations do in " + file, disk);
        }
    }

    /** Replaces the file by one without outdated records; an agent killed meanwhile leaves the old one. */
    private FileChannel writeAnew() throws IOException {
        var draft = file.resolveSibling(file.getFileName() + ".draft");
        var made = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        for (Kept kept : latest.values()) {
            write(made, new Change.Put(kept));
        }
        limit = 2 * made.size() + OUTDATED_BYTES_MAX;
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return made;
    }

    private static void write(FileChannel channel, Change change) throws IOException {
        byte[] content = Codec.toBinary(Change.class, change);
        var checksum = new CRC32C();
        checksum.update(content);
        var record = ByteBuffer.allocate(HEADER_BYTES + content.length)
                .putInt(content.length)
                .putInt((int) checksum.getValue())
                .put(content)
                .flip();
        while (record.hasRemaining()) {
            channel.write(record);
        }
    }

    private void read(ByteBuffer records) {
        while (records.hasRemaining()) {
            int at = records.position();
            try {
                change(next(records));
            } catch (IOException | CodecException damaged) {
                LOG.log(
                        Level.ERROR,
                        "the rest of what allocations did is not taken over file=" + file + " at=" + at + " bytes="
                                + (records.limit() - at) + " reason=" + damaged.getMessage());
                return;
            }
        }
    }

    private static Change next(ByteBuffer records) throws IOException, CodecException {
        if (records.remaining() < HEADER_BYTES) {
            throw new IOException("cut off");
        }
        int length = records.getInt();
        int expected = records.getInt();
        if (length < 0 || length > records.remaining()) {
            throw new IOException("cut off");
        }
        var content = new byte[length];
        records.get(content);
        var checksum = new CRC32C();
        checksum.update(content);
        if ((int) checksum.getValue() != expected) {
            throw new IOException("wrong checksum");
        }
        return Codec.fromBinary(Change.class, content);
    }

    private void change(Change change) {
        switch (change) {
            case Change.Put put -> latest.put(put.kept().id(), put.kept());
            case Change.Progress progress ->
                latest.computeIfPresent(
                        progress.allocation(),
                        (_, kept) -> new Kept(
                                kept.allocation(),
                                kept.job(),
                                kept.origin(),
                                progress.state(),
                                progress.tasks(),
                                progress.progress()));
            case Change.Remove remove -> latest.remove(remove.allocation());
        }
    }
}
