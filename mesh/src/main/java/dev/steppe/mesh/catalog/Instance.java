package dev.steppe.mesh.catalog;

import dev.steppe.model.AllocationId;
import dev.steppe.model.ServiceWeights;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A row of the catalog: one service of one allocation, the proxy beside it, or a service of an agent itself.
 *
 * @param id unique on its node and the same for as long as the allocation lives
 * @param name the service it is an instance of
 * @param allocation absent for the agents' own services
 * @param address where it is reached; empty while the allocation has no address yet
 * @param port 0 for a service that has none
 * @param proxy what it stands for, when it is a proxy
 * @param connectNative whether it takes part in the mesh without a proxy
 * @param checks its own checks, without those of its node
 * @param sharing how much of the traffic it gets, and further addresses by name
 * @param provider in whose words the job asked for it: {@code consul} or {@code nomad}
 */
public record Instance(
        String id,
        String name,
        Optional<AllocationId> allocation,
        NodeEntry node,
        String address,
        int port,
        List<String> tags,
        SortedMap<String, String> meta,
        Optional<ProxyOf> proxy,
        boolean connectNative,
        List<Check> checks,
        Sharing sharing,
        String provider,
        long createIndex,
        long modifyIndex) {

    /** What its job says about how callers find it: its weights, and further addresses by their names. */
    public record Sharing(ServiceWeights weights, SortedMap<String, String> addresses) {
        /** Like any other. */
        static final Sharing USUAL = new Sharing(new ServiceWeights(1, 1), Collections.emptySortedMap());
    }

    /** The instance that a proxy stands for. */
    public record ProxyOf(String service, String instance, String localAddress, int localPort) {}

    public Instance {
        tags = List.copyOf(tags);
        meta = Collections.unmodifiableSortedMap(new TreeMap<>(meta));
        checks = List.copyOf(checks);
    }

    /** The worst of its own checks and those of its node; passing when there are none. */
    public Health health() {
        Health worst = node.check().health();
        for (Check check : checks) {
            worst = worst.and(check.health());
        }
        return worst;
    }

    /** How much of the traffic it gets beside others, by its health now. */
    public int weight() {
        var weights = sharing.weights();
        return health() == Health.WARNING ? weights.warning() : weights.passing();
    }

    /** True when callers may be sent here: all is known of the address and nothing is critical. */
    public boolean isServing() {
        return health() != Health.CRITICAL && !address.isEmpty() && port > 0;
    }

    /** The kind in the API: {@code connect-proxy}, or empty. */
    public String kind() {
        return proxy.isPresent() ? "connect-proxy" : "";
    }

    public boolean hasTags(List<String> wanted) {
        return tags.containsAll(wanted);
    }
}
