package dev.steppe.mesh.catalog;

import dev.steppe.model.Allocation;
import dev.steppe.model.NetworkStatus;
import dev.steppe.model.PortMapping;
import dev.steppe.model.Service;
import java.util.Optional;
import java.util.function.Function;

/** Where a service of an allocation is reached, and where it listens inside the allocation. */
record Endpoint(String address, int port) {
    private static final int PORT_MAX = 65_535;

    /** Resolves the service's port label or number in the mode it asks for. */
    static Endpoint advertised(Allocation allocation, NodeEntry node, boolean bridged, Service service) {
        Endpoint found = bridged
                ? switch (service.addressMode()) {
                    case "alloc", "driver" -> inside(allocation, service.portLabel(), NetworkStatus::address);
                    case "alloc_ipv6" ->
                        inside(
                                allocation,
                                service.portLabel(),
                                own -> own.addressIpv6().orElse(""));
                    default -> onHost(allocation, node, service.portLabel());
                }
                : onHost(allocation, node, service.portLabel());
        return service.address().isEmpty() ? found : new Endpoint(service.address(), found.port);
    }

    /** The address and port on the node. */
    static Endpoint onHost(Allocation allocation, NodeEntry node, String label) {
        Optional<PortMapping> mapping = allocation.allocatedResources().port(label);
        String address =
                mapping.map(PortMapping::hostIp).filter(ip -> !ip.isEmpty()).orElse(node.address());
        return new Endpoint(address, mapping.map(PortMapping::value).orElse(number(label)));
    }

    /** Without such an address, an empty one: nobody is led there. */
    private static Endpoint inside(Allocation allocation, String label, Function<NetworkStatus, String> which) {
        String address = allocation.client().networkStatus().map(which).orElse("");
        return new Endpoint(address, portInside(allocation, label, true));
    }

    /** The port on which the program itself listens. */
    static int portInside(Allocation allocation, String label, boolean bridged) {
        return allocation
                .allocatedResources()
                .port(label)
                .map(mapping -> bridged && mapping.to() > 0 ? mapping.to() : mapping.value())
                .orElse(number(label));
    }

    /** A port given as a number; 0 for a label, which then leads nowhere. */
    private static int number(String label) {
        if (label.isEmpty() || label.length() > 5 || !label.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        int number = Integer.parseInt(label);
        return number <= PORT_MAX ? number : 0;
    }
}
