package dev.steppe.mesh.proxy;

import dev.steppe.mesh.configuration.Leaf;
import dev.steppe.mesh.configuration.NetworkNamespace;
import dev.steppe.mesh.configuration.ProxyConfiguration;
import dev.steppe.mesh.configuration.Sidecar;
import dev.steppe.mesh.configuration.TrustBundle;
import dev.steppe.model.AllocationId;
import dev.steppe.model.NodeId;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * All that the proxy of one node must do. Two equal plans need no change on the node.
 *
 * @param natives services whose tasks speak the mesh's protocol themselves; the proxy has no part in them
 * @param problems what could not be planned, each naming job, service and value; for the allocation's owner to read
 */
public record NodePlan(
        NodeId node, TrustBundle trust, List<SidecarPlan> sidecars, List<IdentityPlan> natives, List<String> problems) {
    public NodePlan {
        sidecars = List.copyOf(sidecars);
        natives = List.copyOf(natives);
        problems = List.copyOf(problems);
    }

    /** Every identity the node is to have, for its proxy or for tasks. */
    public List<IdentityPlan> identities() {
        List<IdentityPlan> all = new ArrayList<>(natives);
        sidecars.forEach(
                sidecar -> all.add(new IdentityPlan(sidecar.allocation(), sidecar.service(), sidecar.identity())));
        return all;
    }

    /** The services that are called from here. */
    public SortedSet<String> destinations() {
        SortedSet<String> all = new TreeSet<>();
        sidecars.forEach(sidecar -> sidecar.upstreams().forEach(upstream -> all.add(upstream.destination())));
        return all;
    }

    /** The proxy's configuration: of every sidecar whose allocation is set up here and whose certificate has come. */
    public ProxyConfiguration configuration(
            long version,
            Function<AllocationId, Optional<NetworkNamespace>> namespaces,
            Function<SidecarPlan, Optional<Leaf>> leaves) {
        List<Sidecar> ready = new ArrayList<>();
        for (SidecarPlan sidecar : sidecars) {
            Optional<NetworkNamespace> namespace = namespaces.apply(sidecar.allocation());
            Optional<Leaf> leaf = leaves.apply(sidecar);
            if (namespace.isPresent() && leaf.isPresent()) {
                ready.add(sidecar.with(namespace.get(), leaf.get()));
            }
        }
        return new ProxyConfiguration(version, trust, ready);
    }

    /** The form in which a server sends it to the node. */
    public byte[] encode() {
        return Codec.toBinary(NodePlan.class, this);
    }

    /**
     * Reads the sent form.
     *
     * @throws CodecException when it is damaged or from a version this program does not know
     */
    public static NodePlan decode(byte[] bytes) throws CodecException {
        return Codec.fromBinary(NodePlan.class, bytes);
    }
}
