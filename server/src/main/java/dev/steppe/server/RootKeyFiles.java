package dev.steppe.server;

import dev.steppe.io.DurableFile;
import dev.steppe.security.Secret;
import dev.steppe.security.keyring.SealingKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Optional;

/** Root keys as files of a directory that only the agent's user can open. */
public final class RootKeyFiles implements RootKeys {
    private final Path directory;

    public RootKeyFiles(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    private Path file(String id) {
        return directory.resolve(id + ".key");
    }

    @Override
    public Optional<SealingKey> read(String id) throws IOException {
        var file = file(id);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            byte[] key = Base64.getDecoder().decode(Files.readString(file).strip());
            return Optional.of(new SealingKey(id, Secret.of(key)));
        } catch (IllegalArgumentException damaged) {
            throw new IOException("the root key in " + file + " is damaged; restore it from a backup", damaged);
        }
    }

    @Override
    public void write(SealingKey key) throws IOException {
        var text = Base64.getEncoder().encodeToString(key.key().reveal()) + "\n";
        DurableFile.replace(file(key.id()), text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String place(String id) {
        return file(id).toString();
    }
}
