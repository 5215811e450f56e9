package dev.steppe.client.mesh;

import dev.steppe.mesh.configuration.PrivateKeyPem;
import dev.steppe.model.AllocationId;
import dev.steppe.security.certificate.Leaf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** Certificates and keys on disk, so that a restarted agent need not ask again. For the agent's eyes only. */
public final class LeafFiles {
    private static final String KEY_BEGINS = "-----BEGIN PRIVATE KEY-----";

    private final Path directory;

    public LeafFiles(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /** A certificate with its key. */
    public record Credential(Leaf leaf, PrivateKeyPem key) {}

    void put(AllocationId allocation, String service, Credential credential) throws IOException {
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Path draft = file(allocation, service).resolveSibling(allocation + "." + service + ".draft");
        Files.deleteIfExists(draft);
        Files.createFile(draft, owner);
        Files.writeString(draft, credential.leaf().pem() + credential.key().reveal());
        Files.move(
                draft, file(allocation, service), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What is kept, or nothing when it is not there or cannot be used any more. */
    Optional<Credential> read(AllocationId allocation, String service) throws IOException {
        Path file = file(allocation, service);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text = Files.readString(file);
        int key = text.indexOf(KEY_BEGINS);
        if (key < 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Credential(Leaf.read(text.substring(0, key)), new PrivateKeyPem(text.substring(key))));
        } catch (IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    void remove(AllocationId allocation, String service) throws IOException {
        Files.deleteIfExists(file(allocation, service));
    }

    private Path file(AllocationId allocation, String service) {
        return directory.resolve(allocation + "." + service + ".pem");
    }
}
