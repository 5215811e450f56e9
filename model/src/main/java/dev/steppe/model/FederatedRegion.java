package dev.steppe.model;

import java.util.List;
import java.util.Optional;

/**
 * Another region that this one knows: who its servers are, and how they prove that.
 *
 * @param rootsPem the authorities of its servers' certificates
 */
public record FederatedRegion(String name, List<String> rootsPem, List<ServerMember> servers) {
    public FederatedRegion {
        rootsPem = List.copyOf(rootsPem);
        servers = List.copyOf(servers);
    }

    /** A server of that datacenter, if the region has one. */
    public Optional<ServerMember> serverIn(String datacenter) {
        return servers.stream()
                .filter(server -> server.datacenter().equals(datacenter))
                .findFirst();
    }
}
