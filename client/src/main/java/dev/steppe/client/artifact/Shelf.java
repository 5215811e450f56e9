package dev.steppe.client.artifact;

import dev.steppe.model.Artifact;
import dev.steppe.model.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Which artifacts of a task are there, and those on their way, in the agent's own directory of the task. */
final class Shelf {
    private static final int NAME = 32;

    private final Path folder;

    Shelf(Path folder) {
        this.folder = folder;
    }

    boolean has(Artifact artifact) {
        return Files.exists(folder.resolve(key(artifact)));
    }

    /** Where it is downloaded to. Nobody but the agent reads or changes it there. */
    Path incoming(Artifact artifact) throws IOException {
        if (!Files.exists(folder)) {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        return folder.resolve(key(artifact) + ".part");
    }

    /** It is where the task finds it. */
    void done(Artifact artifact) throws IOException {
        Files.write(folder.resolve(key(artifact)), new byte[0]);
    }

    private static String key(Artifact artifact) {
        return Sha256.hex(artifact.toString()).substring(0, NAME);
    }
}
