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
import java.util.TreeMap;

/**
 * Sends each connected node what its proxy is to do, whenever that changes. Changes of one burst travel together. Owned
 * by the server's loop.
 */
final class MeshPublisher {
    /** Long enough to gather a burst of reports, short against the second in which a changed intention has to hold. */
    private static final Duration GATHER = Duration.ofMillis(10);

    private static final Set<Table> TABLES =
            EnumSet.of(Table.ALLOCATIONS, Table.NODES, Table.JOBS, Table.INTENTIONS, Table.ROOTS);

    private final Loop loop;
    private final Store store;
    private final NodeSessions sessions;
    private final Server.Options options;
    private final TreeMap<NodeId, NodePlan> sent = new TreeMap<>();
    private Optional<Catalog> catalog = Optional.empty();
    private Optional<Domain> domain = Optional.empty();
    private boolean due;

    /** The trust domain of the roots of that index; reading certificates takes its time. */
    private record Domain(long index, String name) {}

    MeshPublisher(Loop loop, Store store, NodeSessions sessions, Server.Options options) {
        this.loop = loop;
        this.store = store;
        this.sessions = sessions;
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
        sent.remove(node);
        publishSoon();
    }

    private void publishSoon() {
        if (!due) {
            due = true;
            loop.after(GATHER, this::publish);
        }
    }

    private String domain(Snapshot snapshot) {
        long index = snapshot.index(Table.ROOTS);
        var known = domain.filter(it -> it.index() == index)
                .orElseGet(() -> new Domain(
                        index, TrustBundle.of(snapshot.roots()).trustDomain().name()));
        domain = Optional.of(known);
        return known.name();
    }

    private void publish() {
        due = false;
        var snapshot = store.snapshot();
        var connected = sessions.connected();
        sent.keySet().retainAll(connected);
        if (connected.isEmpty() || snapshot.activeRoot().isEmpty()) {
            return;
        }
        var settings = new MeshSettings(
                domain(snapshot),
                options.datacenter(),
                options.allowByDefault() ? IntentionAction.ALLOW : IntentionAction.DENY);
        var newest = catalog.map(before -> before.next(snapshot, List.of(), options.datacenter()))
                .orElseGet(() -> Catalog.of(snapshot, List.of(), options.datacenter()));
        catalog = Optional.of(newest);
        var planner = new ProxyPlanner(snapshot, newest, settings);
        for (NodeId node : connected) {
            planner.plan(node).filter(plan -> !plan.equals(sent.get(node))).ifPresent(plan -> {
                sent.put(node, plan);
                sessions.send(node, new Message.MeshConfiguration(plan.encode()));
            });
        }
    }
}
