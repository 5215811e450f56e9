package dev.steppe.model;

import dev.steppe.model.codec.Json;

/**
 * A port of an allocation: host address and port, and the port inside its network namespace. One that ignores collisions is
 * not held: others may use it too.
 */
public record PortMapping(
        String label, int value, int to, @Json("HostIP") String hostIp, boolean ignoreCollision) {
    private static final String PROXY = "connect-proxy-";

    /** A port that is held by one allocation. */
    public PortMapping(String label, int value, int to, String hostIp) {
        this(label, value, to, hostIp, false);
    }

    /** The label of the port at which the mesh reaches a service; it is served by the node's proxy on the host itself. */
    public static String proxyLabel(String service) {
        return PROXY + service;
    }

    /** True for a port of the node's proxy, which does not lead into the allocation. */
    public boolean isOfProxy() {
        return label.startsWith(PROXY);
    }
}
