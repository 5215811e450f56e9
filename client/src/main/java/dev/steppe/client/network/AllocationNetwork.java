package dev.steppe.client.network;

import dev.steppe.model.AllocationId;
import dev.steppe.model.PortMapping;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The network of one allocation: the file of its namespace, its interface and addresses there, the bridge's address, the
 * resolver configuration for its tasks, the machine's end of the cable, and the ports published for it.
 */
public record AllocationNetwork(
        AllocationId allocation,
        Path namespace,
        String interfaceName,
        String address,
        Optional<String> address6,
        String gateway,
        Path resolvConf,
        String hostInterface,
        List<PortMapping> ports) {
    public AllocationNetwork {
        ports = List.copyOf(ports);
    }
}
