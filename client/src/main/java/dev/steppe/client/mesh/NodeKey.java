package dev.steppe.client.mesh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;

/** A key of the node's own, made once and for the agent's eyes only, from which the tokens of its allocations follow. */
final class NodeKey {
    private static final int BYTES = 32;

    private NodeKey() {}

    /** That of an earlier agent, or a new one. */
    static byte[] of(Path file, SecureRandom random) throws IOException {
        if (Files.exists(file)) {
            byte[] kept = Files.readAllBytes(file);
            if (kept.length == BYTES) {
                return kept;
            }
        }
        byte[] made = new byte[BYTES];
        random.nextBytes(made);
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        Files.deleteIfExists(draft);
        Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(draft, made);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return made;
    }
}
