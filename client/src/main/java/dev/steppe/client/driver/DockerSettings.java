package dev.steppe.client.driver;

import dev.steppe.model.AllocationId;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the node's configuration says about Docker: the daemon's socket, whose containers are ours (a name that no other
 * agent of this daemon uses), and what tasks may ask for beyond an isolated container.
 */
public record DockerSettings(Path socket, String owner, boolean volumesEnabled, boolean allowPrivileged) {
    static final String OWNER_LABEL = "dev.steppe.owner";
    static final String ALLOCATION_LABEL = "dev.steppe.allocation";
    private static final String UNIX = "unix://";
    private static final Path STANDARD_SOCKET = Path.of("/var/run/docker.sock");

    /** The usual socket; neither volumes of the machine nor privileged containers. */
    private static DockerSettings standard(String owner) {
        return new DockerSettings(STANDARD_SOCKET, owner, false, false);
    }

    /** The same with the socket that DOCKER_HOST names, when it names one. */
    public static DockerSettings of(Map<String, String> environment, String owner) {
        var host = environment.getOrDefault("DOCKER_HOST", "");
        return host.startsWith(UNIX)
                ? new DockerSettings(Path.of(host.substring(UNIX.length())), owner, false, false)
                : standard(owner);
    }

    Map<String, String> labels(AllocationId allocation) {
        return Map.of(OWNER_LABEL, owner, ALLOCATION_LABEL, allocation.value());
    }
}
