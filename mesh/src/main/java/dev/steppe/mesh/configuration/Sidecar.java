package dev.steppe.mesh.configuration;

import java.util.List;
import java.util.Optional;

/** One service of one allocation in the mesh: its identity, how it is reached and whom it calls. */
public record Sidecar(
        String allocationId,
        String service,
        NetworkNamespace namespace,
        Leaf leaf,
        Optional<Inbound> inbound,
        List<Upstream> upstreams,
        List<Exposed> exposed) {
    public Sidecar {
        upstreams = List.copyOf(upstreams);
        exposed = List.copyOf(exposed);
        if (allocationId.isEmpty() || allocationId.length() > 64) {
            throw new IllegalArgumentException("'" + allocationId + "' is not the id of an allocation");
        }
        if (!leaf.identity().service().equals(service)) {
            throw new IllegalArgumentException(
                    "the leaf of " + service + " of allocation " + allocationId + " is for " + leaf.identity());
        }
    }

    /** One that exposes nothing. */
    public Sidecar(
            String allocationId,
            String service,
            NetworkNamespace namespace,
            Leaf leaf,
            Optional<Inbound> inbound,
            List<Upstream> upstreams) {
        this(allocationId, service, namespace, leaf, inbound, upstreams, List.of());
    }

    /** What stays the same while the rest of the record changes. */
    public String key() {
        return allocationId + "/" + service;
    }
}
