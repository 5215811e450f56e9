package dev.steppe.api.nomad;

import dev.steppe.api.AgentIdentity;
import dev.steppe.api.LocalNode;
import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The agent itself, its servers, and what there is one of: region, namespace. */
final class AgentRoutes {
    private final AgentIdentity identity;
    private final Region region;
    private final Optional<LocalNode> node;
    private final Reads reads;

    AgentRoutes(AgentIdentity identity, Region region, Optional<LocalNode> node) {
        this.identity = identity;
        this.region = region;
        this.node = node;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/agent/self", Right.READ_AGENT, this::self),
                Route.write("/v1/agent/reload", Right.WRITE_AGENT, this::reload),
                Route.get("/v1/agent/members", Right.READ_NODES, request -> Reads.json(members())),
                Route.write("/v1/agent/join", Right.WRITE_AGENT, this::join),
                Route.write("/v1/agent/force-leave", Right.WRITE_AGENT, this::forceLeave),
                Route.get("/v1/agent/servers", Right.READ_AGENT, request -> Reads.json(addresses())),
                Route.get("/v1/agent/health", Right.ANYONE, this::health),
                Route.get("/v1/status/leader", Right.ANYONE, request -> Reads.json(leader())),
                Route.get("/v1/status/peers", Right.ANYONE, request -> Reads.json(addresses())),
                Route.get("/v1/regions", Right.ANYONE, request -> Reads.json(region.regions())),
                Route.get("/v1/namespaces", Right.LIST_JOBS, this::namespaces),
                Route.get("/v1/namespace/{name}", Right.LIST_JOBS, this::namespace),
                Route.get("/v1/operator/raft/configuration", Right.READ_OPERATOR, this::raftConfiguration));
    }

    private Response reload(Request request) throws Refused {
        try {
            return Reads.json(new TreeMap<String, Object>(
                    Map.of("Messages", identity.control().reload())));
        } catch (IOException wrong) {
            throw new Refused(Refused.Kind.INVALID, String.valueOf(wrong.getMessage()));
        }
    }

    /** Each thing that can be called: where it is bound, what others are told, and why. */
    private Object listeners() {
        var all = fields();
        for (var listener : identity.control().listeners()) {
            all.put(
                    listener.name(),
                    new TreeMap<String, Object>(Map.of(
                            "Bound", listener.bound(), "Advertised", listener.advertised(), "Why", listener.why())));
        }
        return all;
    }

    private Response self(Request request) {
        var config = fields();
        config.put("Region", region.name());
        config.put("Datacenter", identity.datacenter());
        config.put("NodeName", identity.name());
        config.put("Version", object("Version", identity.version()));
        config.put("Server", object("Enabled", identity.server()));
        config.put("Client", object("Enabled", identity.client()));
        config.put("ACL", object("Enabled", identity.accessControl()));
        config.put("Listeners", listeners());
        var stats = fields();
        var snapshot = region.snapshot();
        var nomad = fields();
        nomad.put("server", Boolean.toString(identity.server()));
        nomad.put("leader", Boolean.toString(isLeader()));
        nomad.put("leader_addr", leader());
        stats.put("nomad", nomad);
        stats.put("raft", object("applied_index", Long.toString(snapshot.index())));
        node.ifPresent(local -> stats.put("client", client(local)));
        var self = fields();
        self.put("config", config);
        self.put("member", mine());
        self.put("stats", stats);
        return Reads.json(self);
    }

    private static Object client(LocalNode local) {
        var client = object("node_id", local.id().value());
        local.heartbeatEvery().ifPresent(every -> client.put("heartbeat_ttl", every.toMillis() + "ms"));
        return client;
    }

    private Object mine() {
        for (var server : region.servers()) {
            if (server.name().equals(identity.name())) {
                return member(server);
            }
        }
        return fields();
    }

    private boolean isLeader() {
        return region.servers().stream()
                .anyMatch(server -> server.leader() && server.name().equals(identity.name()));
    }

    private static SortedMap<String, Object> fields() {
        return new TreeMap<>();
    }

    private static SortedMap<String, Object> object(String name, Object value) {
        return new TreeMap<>(Map.of(name, value));
    }

    private Object members() {
        var reply = fields();
        reply.put("ServerName", identity.name());
        reply.put("ServerRegion", region.name());
        reply.put("ServerDC", identity.datacenter());
        reply.put(
                "Members",
                Stream.concat(
                                Stream.concat(region.servers().stream(), region.left().stream())
                                        .map(this::member),
                                region.elsewhere().stream().map(AgentRoutes::member))
                        .toList());
        return reply;
    }

    /** Servers to make known; a token in an address is a secret, and so not for the query. */
    record Joining(List<String> addresses) {}

    private static Joining joining(Request request) throws Refused {
        try {
            return Codec.fromJson(Joining.class, request.body().toArray());
        } catch (CodecException wrong) {
            throw Refused.invalid("the body " + wrong.getMessage());
        }
    }

    private Response join(Request request) throws Refused, IOException, InterruptedException {
        var addresses = new ArrayList<>(request.query().all("address"));
        if (!request.body().isEmpty()) {
            addresses.addAll(joining(request).addresses());
        }
        if (addresses.isEmpty()) {
            throw Refused.invalid("say which server: ?address=, with a token of another region as <address>#<token>");
        }
        int joined = 0;
        var failures = new ArrayList<String>();
        var regions = new TreeSet<String>();
        for (var address : addresses) {
            try {
                regions.add(identity.control().join(address));
                joined++;
            } catch (IOException | IllegalArgumentException failed) {
                failures.add(String.valueOf(failed.getMessage()));
            }
        }
        var reply = fields();
        reply.put("num_joined", joined);
        reply.put("error", joined > 0 ? "" : String.join("; ", failures));
        reply.put("Regions", List.copyOf(regions));
        return Reads.json(reply);
    }

    private Response forceLeave(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var name = request.query().text("node").filter(it -> !it.isEmpty());
        if (name.isEmpty()) {
            throw Refused.invalid("say which server: ?node=, as server members shows it");
        }
        boolean prune = request.query().flag("prune");
        long index = region.operator().forceLeave(name.get(), prune);
        return Response.empty().with("X-Nomad-Index", Long.toString(index));
    }

    private Object member(Region.Peer server) {
        return member(new Region.Elsewhere(region.name(), identity.datacenter(), identity.version(), server));
    }

    private static Object member(Region.Elsewhere told) {
        var server = told.peer();
        var tags = fields();
        tags.put("role", "nomad");
        tags.put("region", told.region());
        tags.put("dc", told.datacenter());
        tags.put("id", server.id());
        tags.put("port", Integer.toString(server.port()));
        tags.put("build", told.version());
        var member = fields();
        member.put("Name", server.name() + "." + told.region());
        member.put("Addr", server.host());
        member.put("Port", server.port());
        member.put("Status", server.status());
        member.put("Tags", tags);
        return member;
    }

    private String leader() {
        return region.servers().stream()
                .filter(Region.Peer::leader)
                .map(Region.Peer::address)
                .findFirst()
                .orElse("");
    }

    private List<String> addresses() {
        return region.servers().stream().map(Region.Peer::address).toList();
    }

    /** Answers 500 with the same document when a part that was asked for is not well. */
    private Response health(Request request) throws Refused {
        var type = request.query().text("type").orElse("");
        if (!List.of("", "server", "client").contains(type)) {
            throw Refused.invalid("invalid type \"" + type + "\": use server or client");
        }
        var reply = fields();
        boolean ok = true;
        if (!type.equals("client") && (identity.server() || type.equals("server"))) {
            boolean known = identity.server() && region.freshness().knownLeader();
            reply.put("server", part(known, identity.server() ? "No cluster leader" : "not a server"));
            ok = known;
        }
        if (!type.equals("server") && (identity.client() || type.equals("client"))) {
            boolean well = node.map(LocalNode::isHealthy).orElse(false);
            reply.put("client", part(well, identity.client() ? "not registered with a server" : "not a client"));
            ok = ok && well;
        }
        return Response.json(ok ? 200 : 500, Bytes.wrap(Codec.toJsonBytes(reply, false)));
    }

    private static Object part(boolean ok, String problem) {
        var part = fields();
        part.put("ok", ok);
        part.put("message", ok ? "ok" : problem);
        return part;
    }

    private Answer namespaces(Request request) throws Refused, IOException, InterruptedException {
        return reads.answer(
                request,
                snapshot -> new Reads.Result(snapshot.index(Table.JOBS), () -> List.of(defaultNamespace())),
                Table.JOBS);
    }

    private Answer namespace(Request request) throws Refused, IOException, InterruptedException {
        if (!request.name("name").equals("default")) {
            throw Refused.notFound("Namespace not found");
        }
        return reads.answer(
                request, snapshot -> new Reads.Result(snapshot.index(Table.JOBS), this::defaultNamespace), Table.JOBS);
    }

    private Object defaultNamespace() {
        var namespace = fields();
        namespace.put("Name", "default");
        namespace.put("Description", "Default shared namespace");
        namespace.put("CreateIndex", 1L);
        namespace.put("ModifyIndex", 1L);
        return namespace;
    }

    private Response raftConfiguration(Request request) {
        var servers = new ArrayList<>();
        for (var server : region.servers()) {
            var entry = fields();
            entry.put("ID", server.id());
            entry.put("Node", server.name() + "." + region.name());
            entry.put("Address", server.address());
            entry.put("Leader", server.leader());
            entry.put("Voter", server.voter());
            entry.put("RaftProtocol", "3");
            servers.add(entry);
        }
        var reply = fields();
        reply.put("Servers", servers);
        reply.put("Index", region.snapshot().index());
        return Reads.json(reply);
    }
}
