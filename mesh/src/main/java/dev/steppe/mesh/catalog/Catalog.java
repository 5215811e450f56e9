package dev.steppe.mesh.catalog;

import dev.steppe.model.AllocationId;
import dev.steppe.model.NodeId;
import dev.steppe.state.PersistentMap;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All services at one index of the state, found by name, node, allocation or id. Immutable. Lists are ordered by node
 * and instance id, so equal states give equal answers. The catalog of a later state costs as much as what changed.
 */
public final class Catalog {
    private static final Table[] TABLES = {Table.ALLOCATIONS, Table.NODES};

    private final Whole whole;
    private final Listing shown;

    /**
     * Everything that was derived from a snapshot.
     *
     * @param derived what has rows among the allocations
     * @param servers the rows of the servers
     * @param consul those of all instances that were asked for in Consul's words
     */
    record Whole(
            Snapshot snapshot,
            PersistentMap<NodeId, NodeEntry> nodes,
            PersistentMap<NodeName, NodeEntry> named,
            PersistentMap<AllocationId, Derived> derived,
            List<Instance> servers,
            Listing all,
            Listing consul) {
        static final Whole EMPTY = new Whole(
                Snapshot.empty(),
                PersistentMap.empty(),
                PersistentMap.empty(),
                PersistentMap.empty(),
                List.of(),
                Listing.empty(),
                Listing.empty());
    }

    /** The rows of an allocation, and whether others may find them. */
    record Derived(NodeId node, List<Instance> rows, boolean listed) {}

    /** Finds nodes by name however it is written. */
    record NodeName(String lowerCase, String id) implements Comparable<NodeName> {
        static NodeName of(String name, String id) {
            return new NodeName(name.toLowerCase(java.util.Locale.ROOT), id);
        }

        @Override
        public int compareTo(NodeName other) {
            int byName = lowerCase.compareTo(other.lowerCase);
            return byName != 0 ? byName : id.compareTo(other.id);
        }
    }

    /** What is another than in an earlier catalog: how services are called through the mesh, and the nodes. */
    public record Changes(SortedSet<String> destinations, SortedSet<NodeId> nodes) {}

    private Catalog(Whole whole, Listing shown) {
        this.whole = whole;
        this.shown = shown;
    }

    /**
     * Derives the catalog of a snapshot.
     *
     * @param servers the servers of the cluster, which the state does not contain
     * @param datacenter the datacenter of servers that are not nodes too
     */
    public static Catalog of(Snapshot snapshot, List<ServerAgent> servers, String datacenter) {
        return of(Whole.EMPTY, snapshot, servers, datacenter);
    }

    /** The catalog of a later snapshot; equal to {@link #of}, but the rows of what did not change are taken over. */
    public Catalog next(Snapshot snapshot, List<ServerAgent> servers, String datacenter) {
        return of(whole, snapshot, servers, datacenter);
    }

    private static Catalog of(Whole before, Snapshot snapshot, List<ServerAgent> servers, String datacenter) {
        Whole whole = new Derivation(before, snapshot).derive(servers, datacenter);
        return new Catalog(whole, whole.all);
    }

    /** The same without the services that jobs asked for in Nomad's words; all nodes. */
    public Catalog ofConsul() {
        return new Catalog(whole, whole.consul);
    }

    /** What changed since an earlier catalog, at the cost of that alone. */
    public Changes since(Catalog before) {
        var destinations = new TreeSet<String>();
        shown.destinationsSince(before.shown, destinations::add);
        var nodes = new TreeSet<NodeId>();
        whole.nodes.since(before.whole.nodes, (id, old, now) -> nodes.add(id));
        whole.derived.since(before.whole.derived, (id, old, now) -> {
            old.ifPresent(derived -> nodes.add(derived.node));
            now.ifPresent(derived -> nodes.add(derived.node));
        });
        return new Changes(destinations, nodes);
    }

    /** The index of the last change that could show here. */
    public long index() {
        return whole.snapshot.index(TABLES);
    }

    /** The tables whose changes can show in a catalog. */
    public static Table[] tables() {
        return TABLES.clone();
    }

    /** All nodes, by id. */
    public Collection<NodeEntry> nodes() {
        var all = new ArrayList<NodeEntry>(whole.nodes.size());
        for (NodeEntry node : whole.nodes) {
            all.add(node);
        }
        return all;
    }

    public Optional<NodeEntry> node(NodeId id) {
        return whole.nodes.get(id);
    }

    /** The first node of that name, in the order of ids. */
    public Optional<NodeEntry> nodeNamed(String name) {
        for (NodeEntry node : whole.named.from(NodeName.of(name, ""))) {
            return node.name().equalsIgnoreCase(name) ? Optional.of(node) : Optional.empty();
        }
        return Optional.empty();
    }

    /** The names of all services, proxies included, each with all tags that an instance has. */
    public SortedMap<String, List<String>> services() {
        SortedMap<String, List<String>> services = new TreeMap<>();
        shown.eachName((name, instances) -> {
            SortedSet<String> tags = new TreeSet<>();
            instances.forEach(instance -> tags.addAll(instance.tags()));
            services.put(name, List.copyOf(tags));
        });
        return services;
    }

    /** The instances of a service that have all these tags, whatever their health. */
    public List<Instance> service(String name, List<String> tags) {
        return tagged(shown.named(name), tags);
    }

    /** What speaks the mesh's protocol for a service: its proxies, and instances that need none. */
    public List<Instance> connect(String name, List<String> tags) {
        return tagged(shown.meeting(name), tags);
    }

    public List<Instance> onNode(NodeId node) {
        return shown.on(node);
    }

    /**
     * The rows of an allocation, in the order of its job file, each service followed by its proxy. One that is stopping has
     * rows too, which no other question finds: its proxy works until it has ended, but nobody is sent there.
     */
    public List<Instance> ofAllocation(AllocationId allocation) {
        return whole.derived.get(allocation).map(Derived::rows).orElse(List.of());
    }

    private static List<Instance> tagged(List<Instance> instances, List<String> tags) {
        return tags.isEmpty()
                ? instances
                : instances.stream().filter(instance -> instance.hasTags(tags)).toList();
    }
}
