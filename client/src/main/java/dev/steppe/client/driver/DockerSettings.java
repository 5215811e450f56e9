package dev.steppe.client.driver;

import dev.steppe.client.settings.ContainerSettings;
import dev.steppe.model.AllocationId;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Which engine runs the containers of a node, and how.
 *
 * @param owner whose containers are ours: a name that no other agent of this engine uses
 * @param pulled the file that remembers which images were pulled for tasks; without it none is ever removed
 */
public record DockerSettings(Path socket, String owner, Optional<Path> pulled, ContainerSettings node) {
    static final String OWNER_LABEL = "dev.steppe.owner";
    static final String ALLOCATION_LABEL = "dev.steppe.allocation";
    private static final String UNIX = "unix://";
    private static final Path STANDARD_SOCKET = Path.of("/var/run/docker.sock");

    /** A node that gives nothing of itself, on the engine of this socket. */
    public static DockerSettings of(Path socket, String owner) {
        return new DockerSettings(socket, owner, Optional.empty(), ContainerSettings.standard());
    }

    /** The same on the socket that DOCKER_HOST names, else the usual one. */
    public static DockerSettings of(Map<String, String> environment, String owner) {
        var host = environment.getOrDefault("DOCKER_HOST", "");
        return of(host.startsWith(UNIX) ? Path.of(host.substring(UNIX.length())) : STANDARD_SOCKET, owner);
    }

    ContainerSettings.Permissions permissions() {
        return node.permissions();
    }

    ContainerSettings.Images images() {
        return node.images();
    }

    ContainerSettings.Containers containers() {
        return node.containers();
    }

    Map<String, String> labels(AllocationId allocation) {
        return Map.of(OWNER_LABEL, owner, ALLOCATION_LABEL, allocation.value());
    }
}
