package dev.steppe.mesh.proxy;

import dev.steppe.mesh.configuration.Exposed;
import dev.steppe.mesh.configuration.Inbound;
import dev.steppe.mesh.configuration.Leaf;
import dev.steppe.mesh.configuration.NetworkNamespace;
import dev.steppe.mesh.configuration.Sidecar;
import dev.steppe.mesh.configuration.SpiffeId;
import dev.steppe.mesh.configuration.Upstream;
import dev.steppe.model.AllocationId;
import java.util.List;
import java.util.Optional;

/** What a service of an allocation needs of its node's proxy, as far as the servers know it. */
public record SidecarPlan(
        AllocationId allocation,
        String service,
        SpiffeId identity,
        Optional<Inbound> inbound,
        List<Upstream> upstreams,
        List<Exposed> exposed) {

    public SidecarPlan {
        upstreams = List.copyOf(upstreams);
        exposed = List.copyOf(exposed);
    }

    /** Adds what the node knows: where the allocation's loopback is, and the identity's certificate with its key. */
    public Sidecar with(NetworkNamespace namespace, Leaf leaf) {
        return new Sidecar(allocation.value(), service, namespace, leaf, inbound, upstreams, exposed);
    }
}
