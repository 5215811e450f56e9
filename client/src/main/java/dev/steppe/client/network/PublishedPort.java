package dev.steppe.client.network;

import dev.steppe.model.PortMapping;
import java.util.ArrayList;
import java.util.List;

/** A port of the machine and where its connections go. An empty host address means every address of the machine. */
record PublishedPort(String hostAddress, int hostPort, String address, int port) {
    private static final String ANY = "0.0.0.0";

    static List<PublishedPort> of(AllocationNetwork network) {
        var published = new ArrayList<PublishedPort>();
        for (PortMapping mapping : network.ports()) {
            var host = mapping.hostIp().equals(ANY) ? "" : mapping.hostIp();
            int inside = mapping.to() > 0 ? mapping.to() : mapping.value();
            published.add(new PublishedPort(host, mapping.value(), network.address(), inside));
        }
        return published;
    }

    boolean isVersion6() {
        return hostAddress.indexOf(':') >= 0;
    }

    boolean onEveryAddress() {
        return hostAddress.isEmpty();
    }
}
