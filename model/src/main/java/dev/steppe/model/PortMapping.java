package dev.steppe.model;

import dev.steppe.model.codec.Json;

/** A port of an allocation: host address and port, and the port inside its network namespace. */
public record PortMapping(
        String label, int value, int to, @Json("HostIP") String hostIp) {}
