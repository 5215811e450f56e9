package dev.steppe.agent;

import dev.steppe.agent.configuration.Configuration;
import dev.steppe.agent.configuration.Plugins;
import dev.steppe.agent.configuration.Ports;
import dev.steppe.client.network.NetworkSettings;
import dev.steppe.client.network.Subnet;
import dev.steppe.client.node.Fingerprint;
import dev.steppe.io.sockets.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Everything an agent is told when it starts: its configuration, and what this machine makes of it. Made by
 * {@link AgentArguments}.
 *
 * @param development everything of a cluster in one process, removed when the agent stops
 * @param dataDirectory what must outlive the agent
 * @param runDirectory what need not outlive the machine's next start
 * @param addresses where it listens and what others are told
 * @param ports the ports it listens on, 0 for a free one
 * @param join the address of a server and a token to join with, for an agent that has no certificate yet
 * @param bridge the bridge of allocations with networks of their own; without one there are none
 */
public record AgentOptions(
        boolean development,
        Path dataDirectory,
        Path runDirectory,
        Configuration configuration,
        Addresses addresses,
        Ports ports,
        Optional<String> bridge,
        Optional<String> join) {
    /** The name of the directory that {@link #linkDirectory} is. */
    static final String LINK = "agents";

    /** Asks for no bridge where a bridge is named. */
    private static final String NO_BRIDGE = "none";

    /** An agent with its data and its run directory below the given one, and otherwise as configured. */
    static AgentOptions of(Configuration configuration, boolean development, Path directory, Addresses addresses) {
        return new AgentOptions(
                development,
                development ? directory.resolve("data") : directory,
                directory.resolve("run"),
                configuration,
                addresses,
                configuration.ports(),
                Optional.of(configuration.client().bridgeNetworkName()).filter(name -> !name.equals(NO_BRIDGE)),
                Optional.empty());
    }

    /** A development agent with its data below the given directory, and nothing configured. */
    public static AgentOptions development(Path directory) {
        var configuration = Configuration.development();
        return of(configuration, true, directory, Addresses.of(configuration.listening(), List.of()));
    }

    String datacenter() {
        return configuration.datacenter();
    }

    Optional<String> nodeName() {
        return configuration.name();
    }

    SortedMap<String, String> meta() {
        return configuration.client().meta();
    }

    /** The first address of the Nomad API. */
    public String bindAddress() {
        return addresses.nomad().getFirst();
    }

    /** The port of agents among themselves. */
    public int rpcPort() {
        return ports.rpc();
    }

    /** The port of the replicated log. */
    public int logPort() {
        return ports.log();
    }

    /** The agent's name: as configured, else that of the machine. */
    String name() throws IOException {
        return nodeName().isPresent() ? nodeName().get() : Fingerprint.machineName();
    }

    public int nomadPort() {
        return ports.http();
    }

    public int consulPort() {
        return ports.consul();
    }

    public int dnsPort() {
        return ports.dns();
    }

    /** The network of allocations with networks of their own, where there is a bridge. */
    public Optional<NetworkSettings> network() {
        return bridge.map(name -> new NetworkSettings(
                name, bridgeSubnet(), configuration.client().bridgeVersion6(), runDirectory, Optional.empty()));
    }

    public Subnet bridgeSubnet() {
        return configuration.client().bridgeNetworkSubnet();
    }

    boolean allowByDefault() {
        return configuration.allowByDefault();
    }

    Plugins plugins() {
        return configuration.plugins();
    }

    /** Where the log is kept. */
    Path serverDirectory() {
        return configuration.server().dataDir().orElse(dataDirectory.resolve("server"));
    }

    /** The keys that seal what is secret. */
    Path keyringDirectory() {
        return dataDirectory.resolve("keyring");
    }

    /** The files of the whole state that are written on schedule, where nothing else is said. */
    Path snapshotDirectory() {
        return dataDirectory.resolve("snapshots");
    }

    /** Where large requests wait while they are worked on. */
    Path spoolDirectory() {
        return dataDirectory.resolve("spool");
    }

    /** What the node keeps of itself. */
    Path clientDirectory() {
        return configuration.client().stateDir().orElse(dataDirectory.resolve("client"));
    }

    /** The directories of allocations. */
    Path allocationDirectory() {
        return configuration.client().allocDir().orElse(dataDirectory.resolve("alloc"));
    }

    /** The same agent, told where to join and with which token. */
    public AgentOptions joining(String addressAndToken) {
        return new AgentOptions(
                development,
                dataDirectory,
                runDirectory,
                configuration,
                addresses,
                ports,
                bridge,
                Optional.of(addressAndToken));
    }

    /** What the agent keeps of its cluster: certificate, servers. */
    Path linkDirectory() {
        return dataDirectory.resolve(LINK);
    }

    private AgentOptions with(Ports otherPorts, Optional<String> otherBridge) {
        return new AgentOptions(
                development, dataDirectory, runDirectory, configuration, addresses, otherPorts, otherBridge, join);
    }

    /** The same with a port that is free now in place of every 0, so that all parts speak of the same ports. */
    AgentOptions withRealPorts(FreePorts free) throws IOException {
        return with(
                new Ports(
                        ports.http() == 0 ? free.any() : ports.http(),
                        ports.consul() == 0 ? free.any() : ports.consul(),
                        ports.consulTls() == 0 ? free.any() : ports.consulTls(),
                        ports.dns() == 0 ? free.any() : ports.dns(),
                        ports.rpc() == 0 ? free.any() : ports.rpc(),
                        ports.log() == 0 ? free.any() : ports.log()),
                bridge);
    }

    /** The same on free ports, and without a bridge, so that several agents fit on one machine. */
    public AgentOptions onFreePorts() {
        return with(new Ports(0, 0, Ports.NONE, 0, 0, 0), Optional.empty());
    }
}
