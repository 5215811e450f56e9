package dev.steppe.mesh.proxy;

import dev.steppe.mesh.MeshSettings;
import dev.steppe.mesh.catalog.Catalog;
import dev.steppe.mesh.catalog.Instance;
import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.IntentionPolicy;
import dev.steppe.mesh.configuration.IntentionRule;
import dev.steppe.mesh.configuration.SpiffeId;
import dev.steppe.mesh.configuration.TrustBundle;
import dev.steppe.mesh.intention.Intentions;
import dev.steppe.model.Allocation;
import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.IntentionAction;
import dev.steppe.model.NodeId;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Plans the proxies of all nodes for one snapshot. What several nodes need (endpoints and rules of a service) is computed
 * once and shared, so planning a node costs as much as its own allocations. To be used by one thread.
 */
public final class ProxyPlanner {
    private final Snapshot snapshot;
    private final Catalog catalog;
    private final MeshSettings settings;
    private final Intentions intentions;
    private final Optional<TrustBundle> trust;
    private final Map<String, List<Address>> endpoints = new TreeMap<>();
    private final Map<String, IntentionPolicy> policies = new TreeMap<>();

    /** The catalog must be of the same snapshot. */
    public ProxyPlanner(Snapshot snapshot, Catalog catalog, MeshSettings settings) {
        this.snapshot = snapshot;
        this.catalog = catalog;
        this.settings = settings;
        this.intentions = Intentions.of(snapshot.intentions(), settings.otherwise());
        this.trust = trust(snapshot, settings);
    }

    /** The index of the last change that could show in a plan: while it stays, no plan changes. */
    public long index() {
        return Math.max(catalog.index(), snapshot.index(Table.INTENTIONS, Table.ROOTS));
    }

    /** What the proxy of a node must do; empty before the cluster has a certificate authority. */
    public Optional<NodePlan> plan(NodeId node) {
        return trust.map(bundle -> {
            NodePlanning planning = new NodePlanning(this);
            List<Allocation> allocations = new ArrayList<>(snapshot.allocationsOn(node));
            allocations.removeIf(allocation -> allocation.client().status().isTerminal());
            allocations.sort(Comparator.comparingLong(Allocation::createIndex).thenComparing(Allocation::id));
            allocations.forEach(planning::add);
            return new NodePlan(node, bundle, planning.sidecars(), planning.natives(), planning.problems());
        });
    }

    Snapshot snapshot() {
        return snapshot;
    }

    Catalog catalog() {
        return catalog;
    }

    SpiffeId identity(String service) {
        return SpiffeId.of(settings.trustDomain(), settings.datacenter(), service);
    }

    /** The addresses of the proxies of a service's instances that callers may be sent to. */
    List<Address> endpoints(String service) {
        return endpoints.computeIfAbsent(
                service,
                name -> catalog.connect(name, List.of()).stream()
                        .filter(Instance::isServing)
                        .flatMap(instance -> address(instance.address(), instance.port()).stream())
                        .distinct()
                        .toList());
    }

    /** Who may call a service, highest precedence first. */
    IntentionPolicy policy(String service) {
        return policies.computeIfAbsent(
                service,
                name -> new IntentionPolicy(
                        intentions.to(name).stream()
                                .map(intention -> new IntentionRule(
                                        intention.source(), intention.destination(), action(intention.action())))
                                .toList(),
                        action(intentions.otherwise())));
    }

    /** An address that is an IP literal with a port; a host name is none, since nothing here resolves names. */
    static Optional<Address> address(String ip, int port) {
        try {
            return Optional.of(new Address(ip, port));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    private static IntentionRule.Action action(IntentionAction action) {
        return switch (action) {
            case ALLOW -> IntentionRule.Action.ALLOW;
            case DENY -> IntentionRule.Action.DENY;
        };
    }

    private static Optional<TrustBundle> trust(Snapshot snapshot, MeshSettings settings) {
        List<String> roots = new ArrayList<>();
        for (AuthorityRoot root : snapshot.roots()) {
            roots.add(root.active() ? 0 : roots.size(), root.certificatePem());
        }
        return roots.isEmpty() ? Optional.empty() : Optional.of(new TrustBundle(settings.trustDomain(), roots));
    }
}
