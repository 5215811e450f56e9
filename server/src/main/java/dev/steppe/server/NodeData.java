package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.mesh.catalog.Instance;
import dev.steppe.model.Allocation;
import dev.steppe.model.NodeId;
import dev.steppe.model.data.KeyEntry;
import dev.steppe.model.data.Variable;
import dev.steppe.model.data.VariableKey;
import dev.steppe.security.access.WorkloadPaths;
import dev.steppe.state.Event;
import dev.steppe.state.Interest;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import dev.steppe.state.Table;
import dev.steppe.state.Watchers;
import dev.steppe.wire.DataAnswer;
import dev.steppe.wire.DataQuery;
import dev.steppe.wire.Link;
import dev.steppe.wire.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Tells nodes what their tasks want to know, now and whenever it changes. A task is told only what it may read. Owned by
 * the server's loop.
 */
final class NodeData {
    /** Long enough to gather the changes of one action. */
    private static final Duration GATHER = Duration.ofMillis(10);

    private final Loop loop;
    private final Store store;
    private final Keyring keyring;
    private final NewestCatalog catalog;
    private final Watchers<Followed> watchers = new Watchers<>();
    private final Set<Followed> due = new LinkedHashSet<>();

    NodeData(Loop loop, Store store, Keyring keyring, NewestCatalog catalog) {
        this.loop = loop;
        this.store = store;
        this.keyring = keyring;
        this.catalog = catalog;
    }

    /** What one stream of a node follows. */
    final class Stream {
        private final NodeId node;
        private final Link link;
        private final TreeMap<String, Followed> followed = new TreeMap<>();

        Stream(NodeId node, Link link) {
            this.node = node;
            this.link = link;
        }

        void watch(Message.WatchData wish) {
            forget(wish.request());
            var one = new Followed(this, wish);
            followed.put(wish.request(), one);
            watchers.add(one, one.interests);
            tellSoon(Set.of(one));
        }

        void forget(String request) {
            var one = followed.remove(request);
            if (one != null) {
                watchers.remove(one, one.interests);
                due.remove(one);
            }
        }

        /** The stream is over. */
        void close() {
            new ArrayList<>(followed.keySet()).forEach(this::forget);
        }
    }

    Stream open(NodeId node, Link link) {
        return new Stream(node, link);
    }

    private static final class Followed {
        private final Stream stream;
        private final Message.WatchData wish;
        private final List<Interest> interests;

        private Followed(Stream stream, Message.WatchData wish) {
            this.stream = stream;
            this.wish = wish;
            this.interests = interests(wish.query());
        }
    }

    private static List<Interest> interests(DataQuery query) {
        return switch (query) {
            case DataQuery.OneVariable one ->
                List.of(new Interest.OneVariable(new VariableKey(one.namespace(), one.path())));
            case DataQuery.VariablesUnder under -> List.of(new Interest.Whole(Table.VARIABLES));
            case DataQuery.OneKey one -> List.of(new Interest.OneKey(one.key()));
            case DataQuery.KeysUnder under -> List.of(new Interest.KeysUnder(under.prefix()));
            case DataQuery.OneService service -> CATALOG;
            case DataQuery.AllServices services -> CATALOG;
        };
    }

    private static final List<Interest> CATALOG = List.of(
            new Interest.Whole(Table.ALLOCATIONS), new Interest.Whole(Table.NODES), new Interest.Whole(Table.JOBS));

    void applied(List<Event> events) {
        var concerned = watchers.concerned(events);
        if (!concerned.isEmpty()) {
            tellSoon(concerned);
        }
    }

    private void tellSoon(Set<Followed> concerned) {
        if (due.isEmpty()) {
            loop.after(GATHER, this::tell);
        }
        due.addAll(concerned);
    }

    /** A node drops what it was told already, so an answer may be sent twice. */
    private void tell() {
        var snapshot = store.snapshot();
        var now = new ArrayList<>(due);
        due.clear();
        for (Followed one : now) {
            one.stream.link.send(new Message.DataFound(one.wish.request(), answer(snapshot, one)));
        }
    }

    private DataAnswer answer(Snapshot snapshot, Followed one) {
        var allocation = snapshot.allocation(one.wish.allocation())
                .filter(it -> it.nodeId().equals(one.stream.node))
                .filter(it -> !it.client().status().isTerminal());
        if (allocation.isEmpty()) {
            return new DataAnswer.Denied("allocation " + one.wish.allocation() + " does not run on this node");
        }
        return switch (one.wish.query()) {
            case DataQuery.OneVariable wish ->
                variable(snapshot, allocation.get(), one.wish.task(), new VariableKey(wish.namespace(), wish.path()));
            case DataQuery.VariablesUnder under ->
                new DataAnswer.FoundVariables(snapshot.variablesUnder(under.namespace(), under.prefix()).stream()
                        .filter(it -> WorkloadPaths.mayRead(allocation.get(), one.wish.task(), it.key()))
                        .map(NodeData::about)
                        .toList());
            case DataQuery.OneKey key ->
                snapshot.keys()
                        .get(key.key())
                        .<DataAnswer>map(entry -> new DataAnswer.FoundKeys(List.of(entry)))
                        .orElseGet(DataAnswer.Missing::new);
            case DataQuery.KeysUnder under ->
                new DataAnswer.FoundKeys(List.<KeyEntry>copyOf(snapshot.keys().under(under.prefix())));
            case DataQuery.OneService service ->
                instances(snapshot, catalog.of(snapshot).service(service.name(), List.of()));
            case DataQuery.AllServices services ->
                new DataAnswer.FoundServices(catalog.of(snapshot).services());
        };
    }

    private DataAnswer variable(Snapshot snapshot, Allocation allocation, String task, VariableKey key) {
        if (!WorkloadPaths.mayRead(allocation, task, key)) {
            return new DataAnswer.Denied("task " + task + " may not read the variable " + key + "; it may read "
                    + String.join(", ", WorkloadPaths.of(allocation, task)) + " in namespace "
                    + allocation.namespace());
        }
        var variable = snapshot.variable(key);
        if (variable.isEmpty()) {
            return new DataAnswer.Missing();
        }
        try {
            return new DataAnswer.FoundVariable(about(variable.get()), keyring.open(variable.get()));
        } catch (IOException closed) {
            return new DataAnswer.Denied(String.valueOf(closed.getMessage()));
        }
    }

    private static DataAnswer.VariableAbout about(Variable variable) {
        return new DataAnswer.VariableAbout(
                variable.key().namespace(),
                variable.key().path(),
                variable.createTime(),
                variable.modifyTime(),
                variable.createIndex(),
                variable.modifyIndex());
    }

    private static DataAnswer instances(Snapshot snapshot, List<Instance> found) {
        return new DataAnswer.FoundInstances(
                found.stream().map(instance -> shown(snapshot, instance)).toList());
    }

    private static DataAnswer.Instance shown(Snapshot snapshot, Instance instance) {
        var allocation = instance.allocation().flatMap(snapshot::allocation);
        Function<Function<Allocation, String>, String> text =
                part -> allocation.map(part).orElse("");
        return new DataAnswer.Instance(
                instance.id(),
                instance.name(),
                instance.provider(),
                text.apply(Allocation::namespace),
                text.apply(it -> it.jobId().value()),
                text.apply(it -> it.id().value()),
                instance.node().id().value(),
                instance.node().name(),
                instance.node().address(),
                instance.node().datacenter(),
                instance.address(),
                instance.port(),
                instance.tags(),
                instance.meta(),
                instance.health().word(),
                instance.createIndex(),
                instance.modifyIndex());
    }
}
