package dev.steppe.model;

import dev.steppe.model.codec.Json;

/**
 * What of a node is kept for the machine itself. MHz and megabytes are taken off {@link NodeCapacity} already, so that
 * only the ports are told here.
 */
public record NodeReserved(@Json("Networks") Ports networks) {
    public static final NodeReserved NOTHING = new NodeReserved(new Ports(PortRanges.NONE));

    /** Ports that are given to nobody. */
    public record Ports(PortRanges reservedHostPorts) {}

    public PortRanges ports() {
        return networks.reservedHostPorts();
    }
}
