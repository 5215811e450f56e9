package dev.steppe.agent.configuration;

import dev.steppe.client.cni.CniPlaces;
import dev.steppe.client.driver.AllocationUsers;
import dev.steppe.client.network.NetworkSettings;
import dev.steppe.client.network.Subnet;
import dev.steppe.client.network.Subnet6;
import dev.steppe.client.settings.ArtifactSettings;
import dev.steppe.client.settings.CapacitySettings;
import dev.steppe.client.settings.DeviceSettings;
import dev.steppe.client.settings.TemplateSettings;
import dev.steppe.client.settings.VaultSettings;
import dev.steppe.model.HostNetwork;
import dev.steppe.model.HostVolume;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The block {@code client}: what a node says about itself, what it has to give, and what its tasks may do.
 *
 * @param cni where CNI plug-ins and their networks are
 * @param allocDir where allocations have their directories; below the data of the agent by default
 * @param stateDir where the node keeps what it knows; below the data of the agent by default
 * @param maxKillTimeout the longest a task gets to end
 * @param endedKept ended allocations whose files are kept
 * @param users numbers for users of allocations
 * @param chrootEnv paths of the machine with their paths in the root of a task of {@code exec}; empty for the usual ones
 * @param cgroupParent the control group below which the agent makes its own; a path below the roots
 */
public record ClientSettings(
        boolean enabled,
        String nodeClass,
        String nodePool,
        SortedMap<String, String> meta,
        Optional<String> networkInterface,
        String bridgeNetworkName,
        Subnet bridgeNetworkSubnet,
        Optional<Subnet6> bridgeNetworkSubnet6,
        CniPlaces cni,
        Optional<Path> allocDir,
        Optional<Path> stateDir,
        CapacitySettings capacity,
        Duration maxKillTimeout,
        int endedKept,
        boolean remoteExecDisabled,
        SortedMap<String, String> chrootEnv,
        Optional<String> cgroupParent,
        SortedMap<String, HostVolume> hostVolumes,
        SortedMap<String, HostNetwork> hostNetworks,
        List<DeviceSettings> devices,
        ArtifactSettings artifact,
        TemplateSettings template,
        VaultSettings vault,
        AllocationUsers.Range users) {
    public ClientSettings {
        meta = Collections.unmodifiableSortedMap(new TreeMap<>(meta));
        chrootEnv = Collections.unmodifiableSortedMap(new TreeMap<>(chrootEnv));
        hostVolumes = Collections.unmodifiableSortedMap(new TreeMap<>(hostVolumes));
        devices = List.copyOf(devices);
        hostNetworks = Collections.unmodifiableSortedMap(new TreeMap<>(hostNetworks));
    }

    /** IPv6 of the bridge. A named network of IPv4 addresses was meant to be of those alone. */
    public Optional<NetworkSettings.Version6> bridgeVersion6() {
        return bridgeNetworkSubnet6.map(subnet -> new NetworkSettings.Version6(
                subnet,
                hostNetworks.values().stream()
                        .map(HostNetwork::cidr)
                        .filter(cidr -> !cidr.isEmpty() && !cidr.contains(":"))
                        .map(Subnet::parse)
                        .toList()));
    }
}
