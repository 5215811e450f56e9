package dev.steppe.agent.link;

import dev.steppe.io.DurableFile;
import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.wire.network.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an agent keeps of its cluster, in a directory that only its user can open: its certificate and key, the servers it
 * was told of, and the authority that it made as long as the cluster does not have it yet.
 */
public final class LinkFiles {
    private final Path directory;

    public LinkFiles(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /** What the file of the servers holds. */
    public record KnownAddresses(List<String> servers) {}

    public Optional<KeptIdentity> identity() throws IOException {
        return read(KeptIdentity.class, "identity.json");
    }

    public void keep(KeptIdentity identity) throws IOException {
        write("identity.json", identity);
    }

    public List<HostPort> servers() throws IOException {
        var found = new ArrayList<HostPort>();
        for (String text : read(KnownAddresses.class, "servers.json")
                .map(KnownAddresses::servers)
                .orElse(List.of())) {
            found.add(HostPort.parse(text, 0));
        }
        return found;
    }

    /** The servers that the agent of a directory was told of, where it was; whatever is wrong with the file is told later. */
    public static List<String> serversIn(Path directory) {
        try {
            return Codec.fromJson(KnownAddresses.class, Files.readAllBytes(directory.resolve("servers.json")))
                    .servers();
        } catch (IOException | CodecException none) {
            return List.of();
        }
    }

    public void keep(List<HostPort> servers) throws IOException {
        write(
                "servers.json",
                new KnownAddresses(servers.stream().map(HostPort::toString).toList()));
    }

    /** What the file of the keys of encrypt holds, the one that is shown first. */
    public record KeptKeys(List<String> keys) {
        @Override
        public String toString() {
            return "KeptKeys[" + keys.size() + "]";
        }
    }

    /** Keys that were changed while servers ran; empty where they are as configured. */
    public List<String> keys() throws IOException {
        return read(KeptKeys.class, "keyring.json").map(KeptKeys::keys).orElse(List.of());
    }

    public void keepKeys(List<String> keys) throws IOException {
        write("keyring.json", new KeptKeys(keys));
    }

    public Optional<AuthorityRoot> authority() throws IOException {
        return read(AuthorityRoot.class, "authority.json");
    }

    public void keep(AuthorityRoot authority) throws IOException {
        write("authority.json", authority);
    }

    /** The cluster has it now. */
    public void forgetAuthority() throws IOException {
        Files.deleteIfExists(directory.resolve("authority.json"));
    }

    private <T> Optional<T> read(Class<T> type, String name) throws IOException {
        var file = directory.resolve(name);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Codec.fromJson(type, Files.readAllBytes(file)));
        } catch (CodecException damaged) {
            throw new IOException(
                    file + " is damaged (" + damaged.getMessage()
                            + "): restore it, or remove it and join again with a token",
                    damaged);
        }
    }

    private void write(String name, Object document) throws IOException {
        DurableFile.replace(directory.resolve(name), Codec.toJsonBytes(document, true));
    }
}
