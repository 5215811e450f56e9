package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.util.SortedMap;

/** What a node tells about itself when it registers. */
public record NodeSpec(
        NodeId id,
        @Default("dc1") String datacenter,
        String name,
        @Json("HTTPAddr") String httpAddress,
        SortedMap<String, String> attributes,
        @Json("NodeResources") NodeCapacity capacity,
        @Json("ReservedResources") NodeReserved reserved,
        SortedMap<String, String> meta,
        String nodeClass,
        @Default("default") String nodePool,
        SortedMap<String, DriverInfo> drivers,
        SortedMap<String, HostNetwork> hostNetworks,
        SortedMap<String, HostVolume> hostVolumes) {

    /** The same node with other drivers and what they say of themselves. */
    public NodeSpec with(SortedMap<String, String> newAttributes, SortedMap<String, DriverInfo> newDrivers) {
        return new NodeSpec(
                id,
                datacenter,
                name,
                httpAddress,
                newAttributes,
                capacity,
                reserved,
                meta,
                nodeClass,
                nodePool,
                newDrivers,
                hostNetworks,
                hostVolumes);
    }

    /** The address at which other nodes reach ports of this one. */
    public String address() {
        int colon = httpAddress.lastIndexOf(':');
        String fallback = colon < 0 ? httpAddress : httpAddress.substring(0, colon);
        return attributes.getOrDefault("unique.network.ip-address", fallback);
    }
}
