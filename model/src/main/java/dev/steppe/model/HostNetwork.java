package dev.steppe.model;

import dev.steppe.model.codec.Json;

/** A named network of a node that ports can be bound to; a node tells its own address there with the prefix length. */
public record HostNetwork(
        String name,
        @Json("CIDR") String cidr,
        @Json("Interface") String interfaceName,
        PortRanges reservedPorts) {

    /** The address of the node in this network. */
    public String address() {
        return cidr.contains("/") ? cidr.substring(0, cidr.indexOf('/')) : cidr;
    }
}
