package dev.steppe.agent.configuration;

import dev.steppe.client.network.NetworkSettings;
import dev.steppe.client.network.Subnet;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The block {@code client}: what a node says about itself and where it puts the networks of allocations. */
public record ClientSettings(
        String nodeClass,
        String nodePool,
        SortedMap<String, String> meta,
        Optional<String> networkInterface,
        String bridgeNetworkName,
        Subnet bridgeNetworkSubnet) {
    public ClientSettings {
        meta = Collections.unmodifiableSortedMap(new TreeMap<>(meta));
    }

    public static ClientSettings standard() {
        return new ClientSettings(
                "",
                "default",
                Collections.emptySortedMap(),
                Optional.empty(),
                NetworkSettings.DEFAULT_BRIDGE,
                Subnet.parse(NetworkSettings.DEFAULT_SUBNET));
    }
}
