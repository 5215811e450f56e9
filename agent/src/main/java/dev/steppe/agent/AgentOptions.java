package dev.steppe.agent;

import dev.steppe.client.network.NetworkSettings;
import dev.steppe.client.network.Subnet;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Everything an agent is told when it starts. Made by {@link AgentArguments}; defaults are there.
 *
 * @param development everything of a cluster in one process on loopback, removed when the agent stops
 * @param bridge the bridge of allocations with networks of their own; without one there are none
 * @param bridgeSubnet the addresses given out on that bridge
 * @param allowByDefault what the mesh does with calls that no intention speaks of
 * @param allowRootTasks whether tasks may run as root when they ask for it
 */
public record AgentOptions(
        boolean development,
        Path dataDirectory,
        Path runDirectory,
        String datacenter,
        Optional<String> nodeName,
        SortedMap<String, String> meta,
        String bindAddress,
        int nomadPort,
        int consulPort,
        int dnsPort,
        Optional<String> networkInterface,
        Optional<String> bridge,
        Subnet bridgeSubnet,
        boolean allowByDefault,
        boolean allowRootTasks) {

    /** The ports people know; 0 chooses free ones. */
    public static final int NOMAD_PORT = 4646;

    public static final int CONSUL_PORT = 8500;
    public static final int DNS_PORT = 8600;

    /** A development agent with its data below the given directory. */
    public static AgentOptions development(Path directory) {
        return new AgentOptions(
                true,
                directory.resolve("data"),
                directory.resolve("run"),
                "dc1",
                Optional.empty(),
                Collections.emptySortedMap(),
                "127.0.0.1",
                NOMAD_PORT,
                CONSUL_PORT,
                DNS_PORT,
                Optional.empty(),
                Optional.of(NetworkSettings.DEFAULT_BRIDGE),
                Subnet.parse(NetworkSettings.DEFAULT_SUBNET),
                true,
                false);
    }

    /** The same on free ports, and without a bridge, so that several agents fit on one machine. */
    public AgentOptions onFreePorts() {
        return new AgentOptions(
                development,
                dataDirectory,
                runDirectory,
                datacenter,
                nodeName,
                meta,
                bindAddress,
                0,
                0,
                0,
                networkInterface,
                Optional.empty(),
                bridgeSubnet,
                allowByDefault,
                allowRootTasks);
    }
}
