package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.NodePool;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The pools of nodes, and what is in them. */
final class NodePoolRoutes {
    /** A pool that was read from the API and is sent back carries these. */
    private static final List<String> SET_BY_SERVERS = List.of("CreateIndex", "ModifyIndex");

    private final Region region;
    private final Reads reads;

    NodePoolRoutes(Region region) {
        this.region = region;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/node/pools", Right.READ_NODES, this::pools),
                Route.write("/v1/node/pools", Right.WRITE_NODES, this::put),
                Route.get("/v1/node/pool/{name}", Right.READ_NODES, this::pool),
                Route.write("/v1/node/pool/{name}", Right.WRITE_NODES, this::put),
                Route.delete("/v1/node/pool/{name}", Right.WRITE_NODES, this::delete),
                Route.get("/v1/node/pool/{name}/nodes", Right.READ_NODES, this::nodesOf),
                Route.get("/v1/node/pool/{name}/jobs", Right.READ_JOB, this::jobsOf));
    }

    private Answer pools(Request request) throws Refused, IOException, InterruptedException {
        return reads.list(
                request,
                (snapshot, listing) -> listing.page(
                        snapshot.nodePools().stream()
                                .filter(pool -> pool.name().startsWith(listing.prefix()))
                                .toList(),
                        NodePool::name),
                Table.NODE_POOLS);
    }

    private static NodePool known(Snapshot snapshot, String name) throws Refused {
        return snapshot.nodePool(name).orElseThrow(() -> Refused.notFound("node pool not found"));
    }

    private Answer pool(Request request) throws Refused, IOException, InterruptedException {
        var name = request.name("name");
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        snapshot.nodePool(name)
                                .map(NodePool::modifyIndex)
                                .orElseGet(() -> snapshot.index(Table.NODE_POOLS)),
                        () -> known(snapshot, name)),
                Table.NODE_POOLS);
    }

    /** What of a snapshot is in the pool. */
    @FunctionalInterface
    private interface Content {
        Listing.Page<?> of(Snapshot snapshot, Listing listing, String pool) throws Refused;
    }

    private Answer within(Request request, Table table, Content content)
            throws Refused, IOException, InterruptedException {
        if (request.query().text("prefix").isPresent()) {
            throw Refused.invalid("prefix is not supported for what is in a node pool");
        }
        var name = request.name("name");
        Reads.ListView view = (snapshot, listing) -> {
            known(snapshot, name);
            return content.of(snapshot, listing, name);
        };
        return reads.list(request, view, table, Table.NODE_POOLS);
    }

    private Answer nodesOf(Request request) throws Refused, IOException, InterruptedException {
        return within(request, Table.NODES, (snapshot, listing, pool) -> {
            var found = new ArrayList<Shapes.NodeStub>();
            snapshot.nodes().forEach(node -> {
                if (pool.equals(NodePool.ALL) || node.spec().nodePool().equals(pool)) {
                    found.add(Stubs.of(node, false, false));
                }
            });
            return listing.page(found, Shapes.NodeStub::id);
        });
    }

    private Answer jobsOf(Request request) throws Refused, IOException, InterruptedException {
        return within(request, Table.JOBS, (snapshot, listing, pool) -> {
            var found = new ArrayList<Shapes.JobStub>();
            snapshot.jobs().forEach(job -> {
                if (job.spec().nodePool().equals(pool)
                        && listing.shows(job.spec().namespace(), job.spec().id().value())) {
                    found.add(Stubs.of(snapshot, job, false));
                }
            });
            return listing.page(found, Shapes.JobStub::id);
        });
    }

    private Response put(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var pool = read(JobBodies.object(request.requiredBody()));
        if (request.path().startsWith("/v1/node/pool/") && !pool.name().equals(request.name("name"))) {
            throw Refused.invalid("Node pool name does not match: the path says \"" + request.name("name")
                    + "\", the body \"" + pool.name() + "\"");
        }
        return index(region.nodes().put(pool));
    }

    private static NodePool read(SortedMap<String, Object> body) throws Refused {
        if (body.get("SchedulerConfiguration") instanceof Map<?, ?> own && !own.isEmpty()) {
            throw Refused.unsupported("SchedulerConfiguration: all pools are scheduled in the same way; remove it");
        }
        body.remove("SchedulerConfiguration");
        if (body.getOrDefault("NodeIdentityTTL", 0L) instanceof Number time && time.longValue() != 0) {
            throw Refused.unsupported("NodeIdentityTTL: certificates of agents have one life time; remove it");
        }
        body.remove("NodeIdentityTTL");
        SET_BY_SERVERS.forEach(body::remove);
        try {
            return Codec.fromJson(NodePool.class, Codec.toJson(body));
        } catch (CodecException wrong) {
            throw Refused.invalid("node pool: " + wrong.getMessage());
        }
    }

    private Response delete(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        return index(region.nodes().deletePool(request.name("name")));
    }

    private static Response index(long index) {
        return Response.empty().with("X-Nomad-Index", Long.toString(index));
    }
}
