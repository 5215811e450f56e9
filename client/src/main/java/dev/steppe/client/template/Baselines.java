package dev.steppe.client.template;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * What was rendered last, as hashes in the agent's own directory of the task, so that a later agent knows whether anything
 * changed. The task may change its files; that is no change of the template.
 */
final class Baselines {
    private final Path folder;

    Baselines(Path folder) {
        this.folder = folder;
    }

    private Path file(int index) {
        return folder.resolve("template-" + index);
    }

    Optional<String> read(int index) throws IOException {
        try {
            return Optional.of(Files.readString(file(index)));
        } catch (NoSuchFileException never) {
            return Optional.empty();
        }
    }

    void write(int index, String hash) throws IOException {
        Path fresh = folder.resolve("template-" + index + ".new");
        Files.writeString(fresh, hash);
        Files.move(fresh, file(index), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
