package dev.steppe.mesh.catalog;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All services at one index of the state, found by name, node, allocation or id. Immutable. Lists are ordered by node
 * and instance id, so equal states give equal answers.
 */
public final class Catalog {
    /** What the rows of an allocation were derived from; the same objects give the same rows. */
    private record Derived(Allocation allocation, Job job, Node node, NodeEntry entry, List<Instance> rows) {}

    private static final Table[] TABLES = {Table.ALLOCATIONS, Table.NODES, Table.JOBS};

    private final long index;
    private final SortedMap<NodeId, NodeEntry> nodes;
    private final SortedMap<AllocationId, Derived> derived;
    private final SortedMap<String, List<Instance>> byName;
    private final SortedMap<String, List<Instance>> byDestination;
    private final SortedMap<NodeId, List<Instance>> byNode;

    private Catalog(
            Snapshot snapshot, List<ServerAgent> servers, String datacenter, SortedMap<AllocationId, Derived> before) {
        index = snapshot.index(TABLES);
        nodes = new TreeMap<>();
        derived = new TreeMap<>();
        byName = new TreeMap<>();
        byDestination = new TreeMap<>();
        byNode = new TreeMap<>();
        for (Node node : snapshot.nodes()) {
            NodeEntry entry = NodeEntry.of(node);
            nodes.put(node.id(), entry);
            AgentRows.ofNode(node, entry).ifPresent(this::add);
        }
        List<NodeEntry> known = List.copyOf(nodes.values());
        servers.forEach(server -> AgentRows.ofServer(server, known, datacenter).forEach(this::add));
        for (Allocation allocation : snapshot.allocations()) {
            if (!allocation.client().status().isTerminal()) {
                derive(snapshot, allocation, Optional.ofNullable(before.get(allocation.id())));
            }
        }
        List.of(byName, byDestination).forEach(lists -> lists.values().forEach(Catalog::sort));
        byNode.values().forEach(Catalog::sort);
    }

    /**
     * Derives the catalog of a snapshot.
     *
     * @param servers the servers of the cluster, which the state does not contain
     * @param datacenter the datacenter of servers that are not nodes too
     */
    public static Catalog of(Snapshot snapshot, List<ServerAgent> servers, String datacenter) {
        return new Catalog(snapshot, servers, datacenter, Collections.emptySortedMap());
    }

    /** The catalog of a later snapshot; equal to {@link #of}, but the rows of what did not change are taken over. */
    public Catalog next(Snapshot snapshot, List<ServerAgent> servers, String datacenter) {
        return new Catalog(snapshot, servers, datacenter, derived);
    }

    private Catalog(Catalog whole, String provider) {
        index = whole.index;
        nodes = whole.nodes;
        derived = whole.derived;
        byName = only(whole.byName, provider);
        byDestination = only(whole.byDestination, provider);
        byNode = only(whole.byNode, provider);
    }

    private static <K> SortedMap<K, List<Instance>> only(SortedMap<K, List<Instance>> lists, String provider) {
        SortedMap<K, List<Instance>> kept = new TreeMap<>();
        lists.forEach((key, instances) -> {
            var its = instances.stream()
                    .filter(instance -> instance.provider().equals(provider))
                    .toList();
            if (!its.isEmpty()) {
                kept.put(key, its);
            }
        });
        return kept;
    }

    /** The services that jobs asked for in these words, {@code consul} or {@code nomad}; all nodes. */
    public Catalog providedBy(String provider) {
        return new Catalog(this, provider);
    }

    /** The index of the last change that could show here. */
    public long index() {
        return index;
    }

    /** The tables whose changes can show in a catalog. */
    public static Table[] tables() {
        return TABLES.clone();
    }

    /** All nodes, by id. */
    public Collection<NodeEntry> nodes() {
        return Collections.unmodifiableCollection(nodes.values());
    }

    public Optional<NodeEntry> node(NodeId id) {
        return Optional.ofNullable(nodes.get(id));
    }

    /** The first node of that name, in the order of ids. */
    public Optional<NodeEntry> nodeNamed(String name) {
        return nodes.values().stream()
                .filter(node -> node.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /** The names of all services, proxies included, each with all tags that an instance has. */
    public SortedMap<String, List<String>> services() {
        SortedMap<String, List<String>> services = new TreeMap<>();
        byName.forEach((name, instances) -> {
            SortedSet<String> tags = new TreeSet<>();
            instances.forEach(instance -> tags.addAll(instance.tags()));
            services.put(name, List.copyOf(tags));
        });
        return services;
    }

    /** The instances of a service that have all these tags, whatever their health. */
    public List<Instance> service(String name, List<String> tags) {
        return tagged(byName.getOrDefault(name, List.of()), tags);
    }

    /** What speaks the mesh's protocol for a service: its proxies, and instances that need none. */
    public List<Instance> connect(String name, List<String> tags) {
        return tagged(byDestination.getOrDefault(name, List.of()), tags);
    }

    public List<Instance> onNode(NodeId node) {
        return Collections.unmodifiableList(byNode.getOrDefault(node, List.of()));
    }

    /**
     * The rows of an allocation, in the order of its job file, each service followed by its proxy. One that is stopping has
     * rows too, which no other question finds: its proxy works until it has ended, but nobody is sent there.
     */
    public List<Instance> ofAllocation(AllocationId allocation) {
        return Optional.ofNullable(derived.get(allocation)).map(Derived::rows).orElse(List.of());
    }

    private void derive(Snapshot snapshot, Allocation allocation, Optional<Derived> before) {
        Optional<Job> job = snapshot.jobOf(allocation);
        Optional<Node> node = snapshot.node(allocation.nodeId());
        if (job.isEmpty() || node.isEmpty()) {
            return;
        }
        Derived current = before.filter(
                        old -> old.allocation == allocation && old.job == job.get() && old.node == node.get())
                .orElseGet(() -> {
                    NodeEntry entry = NodeEntry.of(node.get());
                    List<Instance> rows = Rows.of(allocation, job.get().spec(), entry);
                    return new Derived(allocation, job.get(), node.get(), entry, rows);
                });
        derived.put(allocation.id(), current);
        if (!allocation.isTerminal()) {
            current.rows.forEach(this::add);
        }
    }

    private void add(Instance instance) {
        byName.computeIfAbsent(instance.name(), name -> new ArrayList<>()).add(instance);
        byNode.computeIfAbsent(instance.node().id(), node -> new ArrayList<>()).add(instance);
        instance.proxy()
                .map(Instance.ProxyOf::service)
                .or(() -> instance.connectNative() ? Optional.of(instance.name()) : Optional.empty())
                .ifPresent(destination -> byDestination
                        .computeIfAbsent(destination, name -> new ArrayList<>())
                        .add(instance));
    }

    private static void sort(List<Instance> instances) {
        instances.sort(java.util.Comparator.comparing(
                        (Instance instance) -> instance.node().name())
                .thenComparing(Instance::id));
    }

    private static List<Instance> tagged(List<Instance> instances, List<String> tags) {
        return tags.isEmpty()
                ? Collections.unmodifiableList(instances)
                : instances.stream().filter(instance -> instance.hasTags(tags)).toList();
    }
}
