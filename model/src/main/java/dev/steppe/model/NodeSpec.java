package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

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
    private static final String AGENT_ADDRESS = "unique.agent.address";

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

    /** The same node, whose agent servers call at this address. */
    public NodeSpec withAgentAddress(String address) {
        var more = new TreeMap<>(attributes);
        more.put(AGENT_ADDRESS, address);
        return with(Collections.unmodifiableSortedMap(more), drivers);
    }

    /** Where servers call the node's agent; empty for one that takes no calls. */
    public Optional<String> agentAddress() {
        return Optional.ofNullable(attributes.get(AGENT_ADDRESS));
    }

    /** What is otherwise than in the other, by name: each driver, attribute, word and resource of its own. */
    public List<String> differences(NodeSpec other) {
        var names = new ArrayList<String>();
        differences("driver ", drivers, other.drivers, names);
        differences("attribute ", attributes, other.attributes, names);
        differences("meta ", meta, other.meta, names);
        differences("host network ", hostNetworks, other.hostNetworks, names);
        differences("host volume ", hostVolumes, other.hostVolumes, names);
        if (!capacity.equals(other.capacity) || !reserved.equals(other.reserved)) {
            names.add("resources");
        }
        return List.copyOf(names);
    }

    private static void differences(
            String kind, SortedMap<String, ?> now, SortedMap<String, ?> before, List<String> names) {
        var keys = new TreeSet<>(now.keySet());
        keys.addAll(before.keySet());
        keys.removeIf(key -> Objects.equals(now.get(key), before.get(key)));
        keys.forEach(key -> names.add(kind + key));
    }

    /** The same node with other words about it. */
    public NodeSpec withMeta(SortedMap<String, String> newMeta) {
        return new NodeSpec(
                id,
                datacenter,
                name,
                httpAddress,
                attributes,
                capacity,
                reserved,
                newMeta,
                nodeClass,
                nodePool,
                drivers,
                hostNetworks,
                hostVolumes);
    }

    /** The address at which other nodes reach ports of this one. */
    public String address() {
        return attributes.getOrDefault("unique.network.ip-address", host(httpAddress));
    }

    /** The host of an address such as {@code 10.0.0.1:4646} or {@code [::1]:4646}, without brackets. */
    public static String host(String address) {
        int colon = address.lastIndexOf(':');
        return (colon < 0 ? address : address.substring(0, colon)).replaceAll("[\\[\\]]", "");
    }
}
