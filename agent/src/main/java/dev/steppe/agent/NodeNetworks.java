package dev.steppe.agent;

import dev.steppe.client.cni.CniNetworks;
import dev.steppe.client.network.BridgingImpossibleException;
import dev.steppe.client.network.Networks;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.process.Tool;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The networks that a node can give allocations: those of its bridge, and others that need no bridge.
 *
 * @param noBridging why there is no bridge although one was asked for; empty when there is
 * @param directory where the namespaces of allocations are
 */
record NodeNetworks(Optional<Networks> bridge, Optional<CniNetworks> others, String noBridging, Path directory) {
    private static final String BRIDGE = "bridge";

    /** What this machine, the agent's rights and the configuration allow. */
    static NodeNetworks open(Parts parts, AgentOptions options, SecureRandom random) throws IOException {
        var others = others(parts, options);
        if (options.bridge().isEmpty()) {
            return new NodeNetworks(Optional.empty(), others, "", directory(options));
        }
        if (!LinuxCalls.isRoot()) {
            return new NodeNetworks(Optional.empty(), others, "the agent is not root", directory(options));
        }
        try {
            var bridge = parts.add(Networks.open(options.network().orElseThrow(), random));
            return new NodeNetworks(Optional.of(bridge), others, "", directory(options));
        } catch (BridgingImpossibleException impossible) {
            return new NodeNetworks(
                    Optional.empty(), others, String.valueOf(impossible.getMessage()), directory(options));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while making the bridge", stopping);
        }
    }

    /** They need root and {@code ip}, and otherwise nothing until the first one is made. */
    static Optional<CniNetworks> others(Parts parts, AgentOptions options) {
        return LinuxCalls.isRoot() && Tool.find("ip").isPresent()
                ? Optional.of(parts.add(new CniNetworks(
                        options.configuration().client().cni(),
                        options.clientDirectory().resolve("networks"),
                        directory(options),
                        Optional.empty())))
                : Optional.empty();
    }

    private static Path directory(AgentOptions options) {
        return options.runDirectory().resolve("netns");
    }

    /** Where the mesh finds the namespaces of allocations; empty where it serves none. */
    Optional<Path> namespaces() throws IOException {
        return modes().stream().anyMatch(mode -> mode.equals(BRIDGE) || mode.startsWith(CniNetworks.MODE))
                ? Optional.of(directory)
                : Optional.empty();
    }

    /** The modes of a group's network that are possible now. */
    List<String> modes() throws IOException {
        var modes = new ArrayList<>(List.of("host"));
        if (bridge.isPresent()) {
            modes.add(BRIDGE);
        }
        if (others.isPresent()) {
            modes.addAll(others.get().modes());
        }
        return List.copyOf(modes);
    }

    /** CNI plug-ins with their versions. */
    SortedMap<String, String> plugins() throws IOException {
        try {
            return others.isPresent() ? others.get().versions() : Collections.emptySortedMap();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while asking CNI plug-ins for their versions", stopping);
        }
    }
}
