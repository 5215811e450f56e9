package dev.steppe.mesh.catalog;

import dev.steppe.mesh.catalog.Catalog.Derived;
import dev.steppe.mesh.catalog.Catalog.NodeName;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.state.PersistentMap;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Derives a catalog from an earlier one: looks only at what is not as it was. For one use. */
final class Derivation {
    private final Catalog.Whole before;
    private final Snapshot snapshot;
    private PersistentMap<NodeId, NodeEntry> nodes;
    private PersistentMap<NodeName, NodeEntry> named;
    private PersistentMap<AllocationId, Derived> derived;
    private Listing all;
    private Listing consul;

    Derivation(Catalog.Whole before, Snapshot snapshot) {
        this.before = before;
        this.snapshot = snapshot;
        nodes = before.nodes();
        named = before.named();
        derived = before.derived();
        all = before.all();
        consul = before.consul();
    }

    Catalog.Whole derive(List<ServerAgent> servers, String datacenter) {
        snapshot.nodesSince(before.snapshot(), (id, old, now) -> {
            nodeChanged(old, now);
            snapshot.allocationsOn(id).forEach(allocation -> derive(allocation.id(), Optional.of(allocation)));
        });
        snapshot.allocationsSince(before.snapshot(), (id, old, now) -> derive(id, now));
        before.servers().forEach(this::remove);
        var ofServers = new ArrayList<Instance>();
        servers.forEach(server -> ofServers.addAll(AgentRows.ofServer(server, namesake(server), datacenter)));
        ofServers.forEach(this::add);
        return new Catalog.Whole(snapshot, nodes, named, derived, List.copyOf(ofServers), all, consul);
    }

    private void nodeChanged(Optional<Node> old, Optional<Node> now) {
        old.ifPresent(node -> {
            NodeEntry entry = nodes.get(node.id()).orElseGet(() -> NodeEntry.of(node));
            AgentRows.ofNode(node, entry).ifPresent(this::remove);
            nodes = nodes.remove(node.id());
            named = named.remove(nameOf(entry));
        });
        now.ifPresent(node -> {
            NodeEntry entry = NodeEntry.of(node);
            AgentRows.ofNode(node, entry).ifPresent(this::add);
            nodes = nodes.put(node.id(), entry);
            named = named.put(nameOf(entry), entry);
        });
    }

    private static NodeName nameOf(NodeEntry entry) {
        return NodeName.of(entry.name(), entry.id().value());
    }

    private Optional<NodeEntry> namesake(ServerAgent server) {
        NodeName first = NodeName.of(server.name(), "");
        for (NodeEntry node : named.from(first)) {
            if (!node.name().equalsIgnoreCase(server.name())) {
                break;
            }
            if (node.name().equals(server.name())) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }

    private void derive(AllocationId id, Optional<Allocation> allocation) {
        Optional<Derived> old = derived.get(id);
        Optional<Derived> now = allocation.flatMap(this::rows);
        old.filter(Derived::listed).ifPresent(it -> it.rows().forEach(this::remove));
        now.filter(Derived::listed).ifPresent(it -> it.rows().forEach(this::add));
        derived = now.map(it -> derived.put(id, it)).orElseGet(() -> old.isPresent() ? derived.remove(id) : derived);
    }

    /** The rows of one that has not ended; one that is to stop has rows that nobody finds. */
    private Optional<Derived> rows(Allocation allocation) {
        if (allocation.client().status().isTerminal()) {
            return Optional.empty();
        }
        Optional<NodeEntry> node = nodes.get(allocation.nodeId());
        return snapshot.jobOf(allocation)
                .map(Job::spec)
                .flatMap(job -> node.map(entry -> Rows.of(allocation, job, entry)))
                .filter(rows -> !rows.isEmpty())
                .map(rows -> new Derived(allocation.nodeId(), rows, !allocation.isTerminal()));
    }

    private void add(Instance instance) {
        all = all.with(instance);
        consul = instance.provider().equals("consul") ? consul.with(instance) : consul;
    }

    private void remove(Instance instance) {
        all = all.without(instance);
        consul = instance.provider().equals("consul") ? consul.without(instance) : consul;
    }
}
