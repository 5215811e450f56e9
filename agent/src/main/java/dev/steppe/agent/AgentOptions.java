package dev.steppe.agent;

import dev.steppe.agent.configuration.Configuration;
import dev.steppe.agent.configuration.Plugins;
import dev.steppe.client.network.Subnet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Everything an agent is told when it starts. Made by {@link AgentArguments}; defaults are those of
 * {@link Configuration}.
 *
 * @param development everything of a cluster in one process on loopback, removed when the agent stops
 * @param bridge the bridge of allocations with networks of their own; without one there are none
 * @param bridgeSubnet the addresses given out on that bridge
 * @param allowByDefault what the mesh does with calls that no intention speaks of
 * @param plugins what the tasks of each driver may do
 */
public record AgentOptions(
        boolean development,
        Path dataDirectory,
        Path runDirectory,
        String datacenter,
        Optional<String> nodeName,
        String nodeClass,
        String nodePool,
        SortedMap<String, String> meta,
        String bindAddress,
        int nomadPort,
        int consulPort,
        int dnsPort,
        Optional<String> networkInterface,
        Optional<String> bridge,
        Subnet bridgeSubnet,
        boolean allowByDefault,
        Plugins plugins) {

    /** A development agent with its data below the given directory, and otherwise as configured. */
    public static AgentOptions of(Configuration configuration, Path directory) {
        var client = configuration.client();
        return new AgentOptions(
                true,
                directory.resolve("data"),
                directory.resolve("run"),
                configuration.datacenter(),
                configuration.name(),
                client.nodeClass(),
                client.nodePool(),
                client.meta(),
                configuration.bindAddr(),
                configuration.ports().http(),
                configuration.ports().consul(),
                configuration.ports().dns(),
                client.networkInterface(),
                Optional.of(client.bridgeNetworkName()),
                client.bridgeNetworkSubnet(),
                true,
                configuration.plugins());
    }

    /** A development agent with its data below the given directory, and nothing configured. */
    public static AgentOptions development(Path directory) {
        return of(Configuration.development(), directory);
    }

    /** The same with a port that is free now in place of every 0, so that all parts speak of the same ports. */
    AgentOptions withRealPorts() throws IOException {
        return new AgentOptions(
                development,
                dataDirectory,
                runDirectory,
                datacenter,
                nodeName,
                nodeClass,
                nodePool,
                meta,
                bindAddress,
                nomadPort == 0 ? FreePort.any() : nomadPort,
                consulPort == 0 ? FreePort.any() : consulPort,
                dnsPort == 0 ? FreePort.any() : dnsPort,
                networkInterface,
                bridge,
                bridgeSubnet,
                allowByDefault,
                plugins);
    }

    /** The same on free ports, and without a bridge, so that several agents fit on one machine. */
    public AgentOptions onFreePorts() {
        return new AgentOptions(
                development,
                dataDirectory,
                runDirectory,
                datacenter,
                nodeName,
                nodeClass,
                nodePool,
                meta,
                bindAddress,
                0,
                0,
                0,
                networkInterface,
                Optional.empty(),
                bridgeSubnet,
                allowByDefault,
                plugins);
    }
}
