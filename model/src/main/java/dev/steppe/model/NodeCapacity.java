package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.util.List;

/** What a node has to give, in MHz and megabytes, after what is reserved for the host. */
public record NodeCapacity(
        @Json("Cpu") NodeCpu cpu,
        @Json("Memory") AllocatedMemory memory,
        @Json("Disk") NodeDisk disk,
        List<NetworkResource> networks,
        List<NodeDevice> devices,
        @Default("20000") int minDynamicPort,
        @Default("32000") int maxDynamicPort) {
    /** The same with these networks to offer. */
    public NodeCapacity withNetworks(List<NetworkResource> offered) {
        return new NodeCapacity(cpu, memory, disk, offered, devices, minDynamicPort, maxDynamicPort);
    }
}
