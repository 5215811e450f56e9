package dev.steppe.api.consul;

import dev.steppe.api.AgentIdentity;
import dev.steppe.api.Forwarding;
import dev.steppe.api.Region;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.mesh.catalog.Health;
import dev.steppe.mesh.catalog.Instance;
import dev.steppe.mesh.catalog.NodeEntry;
import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The agent itself, its services, and the members of the cluster. */
final class AgentRoutes {
    private static final int ALIVE = 1;
    private static final int LEFT = 3;
    private static final int FAILED = 4;

    private final AgentIdentity identity;
    private final Reads reads;
    private final Region region;

    AgentRoutes(AgentIdentity identity, Reads reads) {
        this.identity = identity;
        this.reads = reads;
        this.region = reads.region();
    }

    List<Route> routes() {
        var health = new Right.OneService(Right.Access.READ, "name");
        return List.of(
                Route.get("/v1/agent/self", Right.READ_AGENT, request -> Reads.json(self())),
                Route.put("/v1/agent/reload", Right.WRITE_AGENT, this::reload),
                Route.get("/v1/agent/version", Right.READ_AGENT, request -> Reads.json(version())),
                Route.get("/v1/agent/members", Right.READ_NODES, this::members),
                Route.put("/v1/agent/join/{address}", Right.WRITE_AGENT, this::join),
                Route.put("/v1/agent/force-leave/{node}", Right.WRITE_AGENT, this::forceLeave),
                Route.get("/v1/agent/services", Right.READ_SERVICES, this::services),
                Route.get("/v1/agent/service/{id}", Right.READ_SERVICES, this::service),
                Route.get("/v1/agent/checks", Right.READ_SERVICES, this::checks),
                Route.get("/v1/agent/health/service/name/{name}", health, this::healthByName),
                Route.get("/v1/agent/health/service/id/{id}", Right.READ_SERVICES, this::healthById),
                Route.get("/v1/status/leader", Right.ANYONE, request -> Reads.json(leader())),
                Route.get(
                        "/v1/status/peers",
                        Right.ANYONE,
                        request -> Reads.json(region.servers().stream()
                                .map(Region.Peer::address)
                                .toList())));
    }

    private Optional<NodeEntry> ownNode() {
        return reads.catalog().now().nodeNamed(identity.name());
    }

    /** The node of the agent that was asked, which may have handed the request on. */
    private Optional<NodeEntry> askedNode(Request request) {
        return reads.catalog().now().nodeNamed(request.header(Forwarding.ASKED).orElse(identity.name()));
    }

    private List<Instance> own(Request request) {
        var catalog = reads.catalog().now();
        return askedNode(request).map(node -> catalog.onNode(node.id())).orElse(List.of());
    }

    private String leader() {
        return region.servers().stream()
                .filter(Region.Peer::leader)
                .map(Region.Peer::address)
                .findFirst()
                .orElse("");
    }

    private Response reload(Request request) throws Refused {
        reads.check(request);
        try {
            identity.control().reload();
            return Response.text(200, "");
        } catch (IOException wrong) {
            throw new Refused(Refused.Kind.INVALID, String.valueOf(wrong.getMessage()));
        }
    }

    private Object version() {
        var version = Shapes.fields();
        version.put("HumanVersion", identity.version());
        return version;
    }

    private Object self() {
        var config = Shapes.fields();
        config.put("Datacenter", identity.datacenter());
        config.put("PrimaryDatacenter", identity.datacenter());
        config.put("NodeName", identity.name());
        config.put("NodeID", ownNode().map(node -> node.id().value()).orElse(""));
        config.put("Server", identity.server());
        config.put("Version", identity.version());
        var debug = Shapes.fields();
        debug.put("ConnectEnabled", true);
        debug.put("ACLsEnabled", identity.accessControl());
        for (var listener : identity.control().listeners()) {
            var address = Shapes.fields();
            address.put("Bound", listener.bound());
            address.put("Advertised", listener.advertised());
            address.put("Why", listener.why());
            debug.put("Listener " + listener.name(), address);
        }
        var stats = Shapes.fields();
        var consul = Shapes.fields();
        consul.put("server", Boolean.toString(identity.server()));
        consul.put(
                "leader",
                Boolean.toString(region.servers().stream()
                        .anyMatch(peer -> peer.leader() && peer.name().equals(identity.name()))));
        consul.put("leader_addr", leader());
        stats.put("consul", consul);
        var raft = Shapes.fields();
        raft.put("applied_index", Long.toString(region.snapshot().index()));
        stats.put("raft", raft);
        var self = Shapes.fields();
        self.put("Config", config);
        self.put("DebugConfig", debug);
        self.put("Member", ownMember());
        self.put("Stats", stats);
        self.put("Meta", Shapes.fields());
        return self;
    }

    private Object ownMember() {
        return allMembers().stream()
                .filter(member -> identity.name().equals(member.get("Name")))
                .findFirst()
                .orElseGet(Shapes::fields);
    }

    private Response members(Request request) throws Refused {
        return Reads.json(reads.filtering(request).of(request.query().flag("wan") ? serversOfAll() : allMembers()));
    }

    /** The servers of all regions, named after their datacenters. */
    private List<SortedMap<String, Object>> serversOfAll() {
        var all = new ArrayList<SortedMap<String, Object>>();
        Stream.concat(region.servers().stream(), region.left().stream())
                .forEach(peer ->
                        all.add(server(peer.name() + "." + identity.datacenter(), peer, identity.datacenter())));
        for (var told : region.elsewhere()) {
            all.add(server(told.peer().name() + "." + told.datacenter(), told.peer(), told.datacenter()));
        }
        return all;
    }

    private SortedMap<String, Object> server(String name, Region.Peer peer, String datacenter) {
        var member = member(name, peer.host(), peer.port(), "consul", status(peer.status()));
        if (member.get("Tags") instanceof SortedMap<?, ?> tags) {
            var own = new TreeMap<String, Object>();
            tags.forEach((key, value) -> own.put(String.valueOf(key), value));
            own.put("dc", datacenter);
            member.put("Tags", own);
        }
        return member;
    }

    /** The servers, then the nodes that are not servers too. */
    private List<SortedMap<String, Object>> allMembers() {
        var members = new ArrayList<SortedMap<String, Object>>();
        var servers = region.servers();
        Stream.concat(servers.stream(), region.left().stream())
                .forEach(peer ->
                        members.add(member(peer.name(), peer.host(), peer.port(), "consul", status(peer.status()))));
        for (var node : reads.catalog().now().nodes()) {
            if (servers.stream().noneMatch(peer -> peer.name().equals(node.name()))) {
                int status = node.check().health() == Health.PASSING ? ALIVE : FAILED;
                members.add(member(node.name(), node.address(), 0, "node", status));
            }
        }
        return members;
    }

    private SortedMap<String, Object> member(String name, String address, int port, String role, int status) {
        var tags = Shapes.fields();
        tags.put("role", role);
        tags.put("dc", identity.datacenter());
        tags.put("acls", identity.accessControl() ? "1" : "0");
        tags.put("build", identity.version());
        var member = Shapes.fields();
        member.put("Name", name);
        member.put("Addr", address);
        member.put("Port", port);
        member.put("Tags", tags);
        member.put("Status", status);
        return member;
    }

    private static int status(String word) {
        return switch (word) {
            case Region.ALIVE -> ALIVE;
            case Region.LEFT -> LEFT;
            default -> FAILED;
        };
    }

    private Response join(Request request) throws Refused, IOException, InterruptedException {
        try {
            identity.control().join(request.name("address"));
            return Response.text(200, "");
        } catch (IllegalArgumentException noAddress) {
            throw Refused.invalid(String.valueOf(noAddress.getMessage()));
        }
    }

    private Response forceLeave(Request request) throws Refused, IOException, InterruptedException {
        reads.check(request);
        region.operator().forceLeave(request.name("node"), request.query().flag("prune"));
        return Response.text(200, "");
    }

    private Response services(Request request) throws Refused {
        var filtering = reads.filtering(request);
        var services = Shapes.fields();
        own(request).forEach(instance -> services.put(instance.id(), Shapes.service(instance)));
        return Reads.json(filtering.of(services));
    }

    private Instance ownById(Request request) throws Refused {
        var id = request.name("id");
        return own(request).stream()
                .filter(instance -> instance.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Refused.notFound("unknown service ID: " + id));
    }

    private Response service(Request request) throws Refused {
        reads.check(request);
        if (request.query().text("hash").isPresent()) {
            throw Refused.unsupported("the parameter \"hash\" is not supported by this version of Steppe;"
                    + " wait with ?index= on /v1/health/service instead");
        }
        return Reads.json(Shapes.service(ownById(request)));
    }

    private Response checks(Request request) throws Refused {
        var filtering = reads.filtering(request);
        var checks = Shapes.fields();
        askedNode(request).ifPresent(node -> checks.put(node.check().id(), Shapes.check(node, node.check())));
        for (var instance : own(request)) {
            instance.checks().forEach(check -> checks.put(check.id(), Shapes.check(instance, check)));
        }
        return Reads.json(filtering.of(checks));
    }

    private Response healthById(Request request) throws Refused {
        var instance = ownById(request);
        return health(request, instance.health(), aggregate(instance));
    }

    private Response healthByName(Request request) throws Refused {
        var name = request.name("name");
        var instances = own(request).stream()
                .filter(instance -> instance.name().equals(name))
                .toList();
        if (instances.isEmpty()) {
            throw Refused.notFound("ServiceName " + name + " Not Found");
        }
        var worst = instances.stream().map(Instance::health).reduce(Health.PASSING, Health::and);
        return health(
                request, worst, instances.stream().map(AgentRoutes::aggregate).toList());
    }

    private static Object aggregate(Instance instance) {
        var shape = Shapes.fields();
        shape.put("AggregatedStatus", instance.health().word());
        shape.put("Service", Shapes.service(instance));
        shape.put(
                "Checks",
                instance.checks().stream()
                        .map(check -> Shapes.check(instance, check))
                        .toList());
        return shape;
    }

    private static Response health(Request request, Health health, Object document) {
        int status = switch (health) {
            case PASSING -> 200;
            case WARNING -> 429;
            case CRITICAL -> 503;
        };
        return request.query().first("format").filter("text"::equals).isPresent()
                ? Response.text(status, health.word())
                : Response.json(status, Bytes.wrap(Codec.toJsonBytes(document, false)));
    }
}
