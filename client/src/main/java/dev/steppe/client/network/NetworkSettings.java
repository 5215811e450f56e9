package dev.steppe.client.network;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the networks of allocations live: the bridge's name (also the name of the packet filter's table), the addresses
 * given out, a directory that is emptied by a reboot, and the namespace that plays the machine (the agent's own when
 * empty).
 */
public record NetworkSettings(String bridge, Subnet subnet, Path runDirectory, Optional<Path> machineNamespace) {
    /** The name of the bridge unless the node's configuration says otherwise. */
    public static final String DEFAULT_BRIDGE = "steppe0";
    /** The addresses given out unless the node's configuration says otherwise. */
    public static final String DEFAULT_SUBNET = "172.26.64.0/20";

    private static final int INTERFACE_NAME_MAX = 15;
    private static final int SMALLEST_PREFIX = 29;

    public NetworkSettings {
        if (!bridge.matches("[a-zA-Z][a-zA-Z0-9_-]*") || bridge.length() > INTERFACE_NAME_MAX) {
            throw new IllegalArgumentException("bridge name \"" + bridge
                    + "\" must begin with a letter and have at most 15 letters, digits, - or _");
        }
        if (subnet.prefixLength() > SMALLEST_PREFIX) {
            throw new IllegalArgumentException(
                    "bridge subnet " + subnet + " is too small: use a prefix of at most /29");
        }
    }

    /** The usual bridge and addresses on this machine. */
    public static NetworkSettings standard(Path runDirectory) {
        return new NetworkSettings(DEFAULT_BRIDGE, Subnet.parse(DEFAULT_SUBNET), runDirectory, Optional.empty());
    }

    /** The bridge's own address: the allocations' gateway and name server. */
    public String gateway() {
        return subnet.address(1);
    }
}
