package dev.steppe.model;

import dev.steppe.model.codec.Json;

/** A named network of a node that ports can be bound to. */
public record HostNetwork(
        String name,
        @Json("CIDR") String cidr,
        @Json("Interface") String interfaceName,
        String reservedPorts) {}
