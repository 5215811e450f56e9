package dev.steppe.client.network;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where the networks of allocations live: the bridge's name (also the name of the packet filter's table), the addresses
 * given out, a directory that is emptied by a reboot, and the namespace that plays the machine (the agent's own when
 * empty).
 */
public record NetworkSettings(
        String bridge, Subnet subnet, Optional<Version6> version6, Path runDirectory, Optional<Path> machineNamespace) {
    /** The name of the bridge unless the node's configuration says otherwise. */
    public static final String DEFAULT_BRIDGE = "steppe0";
    /** The addresses given out unless the node's configuration says otherwise. */
    public static final String DEFAULT_SUBNET = "172.26.64.0/20";

    private static final int INTERFACE_NAME_MAX = 15;
    private static final int SMALLEST_PREFIX = 29;

    /**
     * IPv6 beside IPv4: the addresses given out, and networks whose IPv4 addresses are meant alone. A port published at
     * another IPv4 address is published at the IPv6 addresses of the same interface too.
     */
    public record Version6(Subnet6 subnet, List<Subnet> apart) {
        private static final List<Subnet6> UNFIT =
                List.of(Subnet6.parse("::/8"), Subnet6.parse("fe80::/10"), Subnet6.parse("ff00::/8"));
        private static final int LARGEST_PREFIX = 8;
        private static final int SMALLEST_PREFIX = 120;

        public Version6 {
            apart = List.copyOf(apart);
            if (subnet.prefixLength() > SMALLEST_PREFIX || subnet.prefixLength() < LARGEST_PREFIX) {
                throw new IllegalArgumentException("bridge subnet " + subnet
                        + " must have a prefix of /8 to /120, for example fd12:3456:789a::/64");
            }
            if (UNFIT.stream().anyMatch(subnet::overlaps)) {
                throw new IllegalArgumentException("bridge subnet " + subnet
                        + " has special addresses: use unique local ones, for example fd12:3456:789a::/64");
            }
        }

        /** The bridge's own address. */
        public String gateway() {
            return subnet.address(1);
        }
    }

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

    /** Of IPv4 alone. */
    public NetworkSettings(String bridge, Subnet subnet, Path runDirectory, Optional<Path> machineNamespace) {
        this(bridge, subnet, Optional.empty(), runDirectory, machineNamespace);
    }

    /** The same with IPv6, or without. */
    public NetworkSettings with(Optional<Version6> other) {
        return new NetworkSettings(bridge, subnet, other, runDirectory, machineNamespace);
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
