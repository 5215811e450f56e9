package dev.steppe.client.network;

import dev.steppe.model.AllocationId;
import dev.steppe.model.PortMapping;
import java.nio.file.Path;
import java.util.List;

/**
 * The network of one allocation: the file of its namespace, its interface and address there, the bridge's address, the
 * resolver configuration for its tasks, the machine's end of the cable, and the ports published for it.
 */
public record AllocationNetwork(
        AllocationId allocation,
        Path namespace,
        String interfaceName,
        String address,
        String gateway,
        Path resolvConf,
        String hostInterface,
        List<PortMapping> ports) {
    public AllocationNetwork {
        ports = List.copyOf(ports);
    }
}
