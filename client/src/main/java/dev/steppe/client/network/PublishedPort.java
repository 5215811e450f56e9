package dev.steppe.client.network;

import dev.steppe.model.PortMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A port of the machine and where its connections go. An empty host address means every address of the machine, of the
 * version that the other address has.
 */
record PublishedPort(String hostAddress, int hostPort, String address, int port) {
    private static final Set<String> ANY = Set.of("0.0.0.0", "::");

    /** As the ports say; an allocation with an IPv6 address is also reached at the companions of an IPv4 address. */
    static List<PublishedPort> of(AllocationNetwork network, Companions companions) {
        var published = new ArrayList<PublishedPort>();
        for (PortMapping mapping : network.ports()) {
            int inside = mapping.to() > 0 ? mapping.to() : mapping.value();
            var host = mapping.hostIp();
            if (host.contains(":") && !ANY.contains(host)) {
                published.add(new PublishedPort(
                        host, mapping.value(), network.address6().orElse(network.address()), inside));
                continue;
            }
            published.add(
                    new PublishedPort(ANY.contains(host) ? "" : host, mapping.value(), network.address(), inside));
            network.address6().ifPresent(address -> {
                var hosts = ANY.contains(host) ? List.of("") : companions.of(host);
                hosts.forEach(at -> published.add(new PublishedPort(at, mapping.value(), address, inside)));
            });
        }
        return published;
    }

    boolean isAtSamePlace(PublishedPort other) {
        return hostPort == other.hostPort
                && hostAddress.equals(other.hostAddress)
                && isVersion6() == other.isVersion6();
    }

    boolean onEveryAddress() {
        return hostAddress.isEmpty();
    }

    boolean isVersion6() {
        return address.contains(":");
    }

    /** True when only a relay can pass connections on: from IPv6 of the machine to IPv4 of the allocation. */
    boolean crossesVersions() {
        return hostAddress.contains(":") && !isVersion6();
    }
}
