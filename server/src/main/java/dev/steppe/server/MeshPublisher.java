package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.mesh.MeshSettings;
import dev.steppe.mesh.catalog.Catalog;
import dev.steppe.mesh.proxy.NodePlan;
import dev.steppe.mesh.proxy.ProxyPlanner;
import dev.steppe.model.AllocationId;
import dev.steppe.model.IntentionAction;
import dev.steppe.model.NodeId;
import dev.steppe.security.certificate.TrustBundle;
import dev.steppe.state.Event;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import dev.steppe.state.Table;
import dev.steppe.wire.Message;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Sends each connected node what its proxy is to do, whenever that changes. Changes of one burst travel together, and
 * only the nodes they touch are planned again. Owned by the server's loop.
 */
final class MeshPublisher {
    /** Long enough to gather a burst of reports, short against the second in which a changed intention has to hold. */
    private static final Duration GATHER = Duration.ofMillis(10);

    private static final Set<Table> TABLES = EnumSet.of(Table.ALLOCATIONS, Table.NODES, Table.INTENTIONS, Table.ROOTS);

    private final Loop loop;
    private final Store store;
    private final NodeSessions sessions;
    private final NewestCatalog catalog;
    private final Server.Options options;
    private final TreeMap<NodeId, NodePlan> sent = new TreeMap<>();
    private final TreeMap<String, TreeSet<NodeId>> callers = new TreeMap<>();
    private final TreeSet<NodeId> joined = new TreeSet<>();
    private Optional<Planned> planned = Optional.empty();
    private boolean due;

    /** What all plans rest on: the catalog, and rules and roots, whose changes may concern every node. */
    private record Planned(Catalog catalog, long rules, MeshSettings settings) {}

    MeshPublisher(Loop loop, Store store, NodeSessions sessions, NewestCatalog catalog, Server.Options options) {
        this.loop = loop;
        this.store = store;
        this.sessions = sessions;
        this.catalog = catalog;
        this.options = options;
        sessions.onJoined(this::joined);
        sessions.entitle(this::isPlanned);
    }

    private boolean isPlanned(NodeId node, AllocationId allocation, String service) {
        return Optional.ofNullable(sent.get(node)).map(NodePlan::identities).orElse(List.of()).stream()
                .anyMatch(identity -> identity.allocation().equals(allocation)
                        && identity.service().equals(service));
    }

    void applied(List<Event> events) {
        if (events.stream().anyMatch(event -> TABLES.contains(event.table()))) {
            publishSoon();
        }
    }

    /** A node that opened a new stream may have lost what it was sent. */
    private void joined(NodeId node) {
        forget(node);
        joined.add(node);
        publishSoon();
    }

    private void forget(NodeId node) {
        var plan = sent.remove(node);
        if (plan != null) {
            plan.destinations().forEach(destination -> {
                var nodes = callers.getOrDefault(destination, new TreeSet<>());
                nodes.remove(node);
                if (nodes.isEmpty()) {
                    callers.remove(destination);
                }
            });
        }
    }

    private void publishSoon() {
        if (!due) {
            due = true;
            loop.after(GATHER, this::publish);
        }
    }

    private void publish() {
        due = false;
        var snapshot = store.snapshot();
        if (snapshot.activeRoot().isEmpty()) {
            return;
        }
        if (!sessions.areThere()) {
            planned = Optional.empty();
            sent.clear();
            callers.clear();
            return;
        }
        long rules = snapshot.index(Table.INTENTIONS, Table.ROOTS);
        var before = planned.filter(it -> it.rules() == rules);
        var newest = new Planned(
                catalog.of(snapshot), rules, before.map(Planned::settings).orElseGet(() -> settings(snapshot)));
        var nodes = before.map(it -> touched(newest.catalog.since(it.catalog))).orElseGet(sessions::connected);
        planned = Optional.of(newest);
        joined.clear();
        var planner = new ProxyPlanner(snapshot, newest.catalog, newest.settings);
        for (NodeId node : nodes) {
            if (sessions.isConnected(node)) {
                planner.plan(node).filter(plan -> !plan.equals(sent.get(node))).ifPresent(this::send);
            } else {
                forget(node);
            }
        }
    }

    private MeshSettings settings(Snapshot snapshot) {
        return new MeshSettings(
                TrustBundle.of(snapshot.roots()).trustDomain().name(),
                options.datacenter(),
                options.allowByDefault() ? IntentionAction.ALLOW : IntentionAction.DENY);
    }

    /** The nodes whose plans such changes may alter: those they are on, those that call there, and those that came. */
    private SortedSet<NodeId> touched(Catalog.Changes changes) {
        var nodes = new TreeSet<NodeId>(joined);
        nodes.addAll(changes.nodes());
        changes.destinations().forEach(name -> nodes.addAll(callers.getOrDefault(name, new TreeSet<>())));
        return nodes;
    }

    private void send(NodePlan plan) {
        forget(plan.node());
        sent.put(plan.node(), plan);
        plan.destinations()
                .forEach(destination -> callers.computeIfAbsent(destination, name -> new TreeSet<>())
                        .add(plan.node()));
        sessions.send(plan.node(), new Message.MeshConfiguration(plan.encode()));
    }
}
