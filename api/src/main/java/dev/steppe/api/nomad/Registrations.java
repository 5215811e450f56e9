package dev.steppe.api.nomad;

import dev.steppe.api.LiveCatalog;
import dev.steppe.mesh.catalog.Instance;
import dev.steppe.model.Allocation;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** Service instances that jobs asked for with {@code provider = "nomad"}, as Nomad shows them, from the one catalog. */
final class Registrations {
    private final LiveCatalog catalog;

    Registrations(LiveCatalog catalog) {
        this.catalog = catalog;
    }

    /** The services of these allocations, without their proxies. */
    List<Shapes.Registration> of(Snapshot snapshot, Iterable<Allocation> allocations) {
        var now = catalog.of(snapshot);
        var found = new ArrayList<Shapes.Registration>();
        for (var allocation : allocations) {
            for (var row : now.ofAllocation(allocation.id())) {
                if (row.proxy().isEmpty() && row.provider().equals("nomad")) {
                    found.add(registration(allocation, row));
                }
            }
        }
        return found;
    }

    private static Shapes.Registration registration(Allocation allocation, Instance row) {
        return new Shapes.Registration(
                row.id(),
                row.name(),
                allocation.namespace(),
                row.node().id().value(),
                row.node().datacenter(),
                allocation.jobId().value(),
                allocation.id().value(),
                row.tags(),
                row.address(),
                row.port(),
                row.createIndex(),
                row.modifyIndex());
    }

    /** The instances of one service, in a namespace or in all ({@code *}). */
    List<Shapes.Registration> named(Snapshot snapshot, String namespace, String service) {
        return of(snapshot, snapshot.allocations()).stream()
                .filter(one -> one.serviceName().equals(service) && isIn(namespace, one))
                .toList();
    }

    private static boolean isIn(String namespace, Shapes.Registration one) {
        return namespace.equals("*") || one.namespace().equals(namespace);
    }

    /** The services by namespace, each with the tags of all its instances. */
    List<Shapes.ServiceGroup> grouped(Snapshot snapshot, String namespace) {
        var tags = new TreeMap<String, TreeMap<String, TreeSet<String>>>();
        for (var registration : of(snapshot, snapshot.allocations())) {
            if (isIn(namespace, registration)) {
                tags.computeIfAbsent(registration.namespace(), key -> new TreeMap<>())
                        .computeIfAbsent(registration.serviceName(), key -> new TreeSet<>())
                        .addAll(registration.tags());
            }
        }
        var groups = new ArrayList<Shapes.ServiceGroup>();
        tags.forEach((name, services) -> {
            var stubs = new ArrayList<Shapes.ServiceStub>();
            services.forEach((service, all) -> stubs.add(new Shapes.ServiceStub(service, List.copyOf(all))));
            groups.add(new Shapes.ServiceGroup(name, stubs));
        });
        return groups;
    }
}
