package dev.steppe.client.node;

import dev.steppe.client.allocation.Kept;
import dev.steppe.model.AllocationId;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keeps allocations as one file each, replaced as a whole. It must survive the agent, not the machine: after a power cut
 * the tasks are gone too and the servers tell what to run, so nothing waits for the disk.
 */
public final class FileShelf implements Kept.Shelf {
    private static final System.Logger LOG = System.getLogger(FileShelf.class.getName());
    private static final String SUFFIX = ".allocation";

    private final Path directory;

    /** Makes the directory, readable for the agent only. */
    public FileShelf(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    @Override
    public void put(Kept kept) {
        try {
            var draft = Files.write(directory.resolve(kept.id().value() + ".draft"), Codec.toBinary(Kept.class, kept));
            Files.move(draft, file(kept.id()), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException disk) {
            throw new UncheckedIOException("cannot keep allocation " + kept.id() + " in " + directory, disk);
        }
    }

    @Override
    public void remove(AllocationId id) {
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException disk) {
            throw new UncheckedIOException("cannot forget allocation " + id + " in " + directory, disk);
        }
    }

    @Override
    public List<Kept> all() {
        var found = new ArrayList<Kept>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(it -> it.toString().endsWith(SUFFIX)).sorted().toList()) {
                try {
                    found.add(Codec.fromBinary(Kept.class, Files.readAllBytes(file)));
                } catch (CodecException damaged) {
                    LOG.log(Level.ERROR, "allocation not taken over file=" + file + " reason=" + damaged.getMessage());
                }
            }
        } catch (IOException disk) {
            throw new UncheckedIOException("cannot read " + directory, disk);
        }
        return found;
    }

    private Path file(AllocationId id) {
        return directory.resolve(id.value() + SUFFIX);
    }
}
