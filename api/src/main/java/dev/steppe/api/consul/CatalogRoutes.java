package dev.steppe.api.consul;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.mesh.catalog.Catalog;
import dev.steppe.mesh.catalog.Check;
import dev.steppe.mesh.catalog.Health;
import dev.steppe.mesh.catalog.Instance;
import dev.steppe.mesh.catalog.NodeEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** The catalog and the health of what is in it. */
final class CatalogRoutes {
    private static final Right READ_SERVICE = new Right.OneService(Right.Access.READ, "name");

    private final Reads reads;
    private final String ownNode;

    CatalogRoutes(Reads reads, String ownNode) {
        this.reads = reads;
        this.ownNode = ownNode;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/catalog/datacenters", Right.ANYONE, this::datacenters),
                Route.get("/v1/catalog/nodes", Right.READ_NODES, this::nodes),
                Route.get("/v1/catalog/services", Right.READ_SERVICES, this::services),
                Route.get("/v1/catalog/service/{name}", READ_SERVICE, this::service),
                Route.get("/v1/catalog/connect/{name}", READ_SERVICE, this::connect),
                Route.get("/v1/catalog/node/{node}", Right.READ_NODES, this::node),
                Route.get("/v1/catalog/node-services/{node}", Right.READ_NODES, this::nodeServices),
                Route.get("/v1/health/service/{name}", READ_SERVICE, this::healthOfService),
                Route.get("/v1/health/connect/{name}", READ_SERVICE, this::healthOfConnect),
                Route.get("/v1/health/checks/{name}", READ_SERVICE, this::checksOfService),
                Route.get("/v1/health/node/{node}", Right.READ_NODES, this::checksOfNode),
                Route.get("/v1/health/state/{state}", Right.READ_SERVICES, this::checksInState));
    }

    private Answer datacenters(Request request) throws Refused {
        reads.check(request);
        return Reads.json(List.of(reads.catalog().datacenter()));
    }

    private Answer nodes(Request request) throws Refused, IOException, InterruptedException {
        var near = near(request);
        return reads.listOfCatalog(
                request,
                (catalog, filtering) -> filtering.of(nearestFirst(List.copyOf(catalog.nodes()), near).stream()
                        .map(Shapes::node)
                        .toList()));
    }

    private static List<NodeEntry> nearestFirst(List<NodeEntry> nodes, Optional<String> near) {
        var sorted = new ArrayList<>(nodes);
        near.ifPresent(name -> sorted.sort((one, two) ->
                Boolean.compare(two.name().equals(name), one.name().equals(name))));
        return sorted;
    }

    private Answer services(Request request) throws Refused, IOException, InterruptedException {
        return reads.ofCatalog(request, Catalog::services);
    }

    private Answer service(Request request) throws Refused, IOException, InterruptedException {
        return rows(request, Catalog::service);
    }

    private Answer connect(Request request) throws Refused, IOException, InterruptedException {
        return rows(request, Catalog::connect);
    }

    /** The instances of a service, in one sense or the other. */
    private interface Lookup {
        List<Instance> of(Catalog catalog, String name, List<String> tags);
    }

    private Answer rows(Request request, Lookup lookup) throws Refused, IOException, InterruptedException {
        var name = request.name("name");
        var tags = request.query().all("tag");
        var near = near(request);
        return reads.listOfCatalog(
                request,
                (catalog, filtering) -> filtering.of(nearest(lookup.of(catalog, name, tags), near).stream()
                        .map(Shapes::catalogRow)
                        .toList()));
    }

    /** The node to sort by: a name, or this agent's. There are no coordinates: a node is near to itself only. */
    private Optional<String> near(Request request) {
        return request.query().text("near").map(node -> node.equals("_agent") ? ownNode : node);
    }

    private static List<Instance> nearest(List<Instance> instances, Optional<String> near) {
        var sorted = new ArrayList<>(instances);
        near.ifPresent(name -> sorted.sort((one, two) -> Boolean.compare(
                two.node().name().equals(name), one.node().name().equals(name))));
        return sorted;
    }

    private static Optional<NodeEntry> find(Catalog catalog, String nodeNameOrId) {
        return catalog.nodeNamed(nodeNameOrId)
                .or(() -> catalog.nodes().stream()
                        .filter(node -> node.id().value().equals(nodeNameOrId))
                        .findFirst());
    }

    private Answer node(Request request) throws Refused, IOException, InterruptedException {
        var name = request.name("node");
        return reads.listOfCatalog(request, (catalog, filtering) -> {
            var node = find(catalog, name);
            if (node.isEmpty()) {
                return node;
            }
            var services = Shapes.fields();
            catalog.onNode(node.get().id()).forEach(instance -> services.put(instance.id(), Shapes.service(instance)));
            return withServices(node.get(), filtering.of(services));
        });
    }

    private static SortedMap<String, Object> withServices(NodeEntry node, Object services) {
        var shape = Shapes.fields();
        shape.put("Node", Shapes.node(node));
        shape.put("Services", services);
        return shape;
    }

    private Answer nodeServices(Request request) throws Refused, IOException, InterruptedException {
        var name = request.name("node");
        return reads.listOfCatalog(request, (catalog, filtering) -> {
            var node = find(catalog, name);
            if (node.isEmpty()) {
                return node;
            }
            var services = catalog.onNode(node.get().id()).stream()
                    .map(Shapes::service)
                    .toList();
            return withServices(node.get(), filtering.of(services));
        });
    }

    private Answer healthOfService(Request request) throws Refused, IOException, InterruptedException {
        return health(request, Catalog::service);
    }

    private Answer healthOfConnect(Request request) throws Refused, IOException, InterruptedException {
        return health(request, Catalog::connect);
    }

    private Answer health(Request request, Lookup lookup) throws Refused, IOException, InterruptedException {
        var name = request.name("name");
        var tags = request.query().all("tag");
        var near = near(request);
        boolean passingOnly = passing(request);
        return reads.listOfCatalog(
                request,
                (catalog, filtering) -> filtering.of(nearest(lookup.of(catalog, name, tags), near).stream()
                        .filter(instance -> !passingOnly || instance.health() == Health.PASSING)
                        .map(Shapes::healthRow)
                        .toList()));
    }

    private static boolean passing(Request request) throws Refused {
        try {
            return request.query().flag("passing");
        } catch (Refused notABoolean) {
            throw Refused.invalid("Invalid value for ?passing");
        }
    }

    private Answer checksOfService(Request request) throws Refused, IOException, InterruptedException {
        var name = request.name("name");
        return reads.listOfCatalog(
                request,
                (catalog, filtering) -> filtering.of(catalog.service(name, List.of()).stream()
                        .flatMap(instance -> instance.checks().stream().map(check -> Shapes.check(instance, check)))
                        .toList()));
    }

    private Answer checksOfNode(Request request) throws Refused, IOException, InterruptedException {
        var name = request.name("node");
        return reads.listOfCatalog(
                request,
                (catalog, filtering) -> filtering.of(
                        find(catalog, name).map(node -> checks(catalog, node)).orElse(List.of())));
    }

    private Answer checksInState(Request request) throws Refused, IOException, InterruptedException {
        var state = request.name("state");
        if (!List.of("any", "unknown", "passing", "warning", "critical").contains(state)) {
            throw Refused.invalid("invalid state \"" + state + "\": use any, passing, warning or critical");
        }
        return reads.listOfCatalog(request, (catalog, filtering) -> {
            var found = new ArrayList<>();
            for (var node : catalog.nodes()) {
                add(found, state, node.check(), Shapes.check(node, node.check()));
                for (var instance : catalog.onNode(node.id())) {
                    for (var check : instance.checks()) {
                        add(found, state, check, Shapes.check(instance, check));
                    }
                }
            }
            return filtering.of(found);
        });
    }

    private static void add(List<Object> found, String state, Check check, Object shape) {
        if (state.equals("any") || check.health().word().equals(state)) {
            found.add(shape);
        }
    }

    /** The checks of a node and of all services on it. */
    static List<Object> checks(Catalog catalog, NodeEntry node) {
        var found = new ArrayList<>();
        found.add(Shapes.check(node, node.check()));
        for (var instance : catalog.onNode(node.id())) {
            instance.checks().forEach(check -> found.add(Shapes.check(instance, check)));
        }
        return found;
    }
}
