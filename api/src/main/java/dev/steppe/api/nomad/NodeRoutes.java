package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.RegionNodes;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.EvaluationId;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.scheduler.FollowUps;
import dev.steppe.server.NodeEndpoint.DrainWish;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The nodes, and what operators do with them: eligibility, drain, purge. */
final class NodeRoutes {
    private final Region region;
    private final Reads reads;

    NodeRoutes(Region region) {
        this.region = region;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/nodes", Right.READ_NODES, this::nodes),
                Route.get("/v1/node/{id}", Right.READ_NODES, this::node),
                Route.get("/v1/node/{id}/allocations", Right.READ_NODES, this::allocationsOfNode),
                Route.write("/v1/node/{id}/eligibility", Right.WRITE_NODES, this::setEligibility),
                Route.write("/v1/node/{id}/drain", Right.WRITE_NODES, this::drain),
                Route.write("/v1/node/{id}/drain/plan", Right.READ_NODES, this::planDrain),
                Route.write("/v1/node/{id}/evaluate", Right.WRITE_NODES, this::evaluate),
                Route.write("/v1/node/{id}/purge", Right.WRITE_NODES, this::purge));
    }

    private Answer nodes(Request request) throws Refused, IOException, InterruptedException {
        boolean resources = request.query().flag("resources");
        boolean system = request.query().flag("os");
        return reads.list(
                request,
                (snapshot, listing) -> {
                    var found = new ArrayList<Node>();
                    for (var node : snapshot.nodes()) {
                        if (node.id().value().startsWith(listing.prefix())) {
                            found.add(node);
                        }
                    }
                    return listing.page(found, node -> node.id().value(), node -> Stubs.of(node, resources, system));
                },
                Table.NODES);
    }

    private static Node known(Snapshot snapshot, NodeId id) throws Refused {
        return snapshot.node(id).orElseThrow(() -> Refused.notFound("node not found"));
    }

    private Answer node(Request request) throws Refused, IOException, InterruptedException {
        var id = Given.id(NodeId::new, request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(
                        snapshot.node(id).map(Node::modifyIndex).orElseGet(() -> snapshot.index(Table.NODES)),
                        () -> Shapes.NodeView.of(known(snapshot, id))),
                Table.NODES);
    }

    private Answer allocationsOfNode(Request request) throws Refused, IOException, InterruptedException {
        var id = Given.id(NodeId::new, request);
        return reads.answer(
                request,
                snapshot -> new Reads.Result(snapshot.index(Table.ALLOCATIONS), () -> {
                    known(snapshot, id);
                    var followUps = new FollowUps(snapshot);
                    return snapshot.allocationsOn(id).stream()
                            .map(allocation -> Stubs.view(snapshot, followUps, allocation))
                            .toList();
                }),
                Table.ALLOCATIONS);
    }

    private Response setEligibility(Request request) throws Refused, IOException, InterruptedException {
        var id = named(request);
        var asked = String.valueOf(JobBodies.object(request.requiredBody()).getOrDefault("Eligibility", ""));
        if (!asked.equals(Node.ELIGIBLE) && !asked.equals(Node.INELIGIBLE)) {
            throw Refused.invalid("invalid scheduling eligibility \"" + asked + "\": use eligible or ineligible");
        }
        return written(region.nodes().setEligibility(id, asked.equals(Node.ELIGIBLE)));
    }

    private Response drain(Request request) throws Refused, IOException, InterruptedException {
        var id = named(request);
        var body = JobBodies.object(request.requiredBody());
        var meta = new TreeMap<String, String>();
        if (body.get("Meta") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> meta.put(String.valueOf(name), String.valueOf(value)));
        }
        boolean eligible = Boolean.TRUE.equals(body.get("MarkEligible"));
        return written(region.nodes().drain(id, wish(body), eligible, meta));
    }

    private Response planDrain(Request request) throws Refused, IOException, InterruptedException {
        var id = named(request);
        var wish = wish(JobBodies.object(request.requiredBody()));
        return Reads.json(
                region.nodes().planDrain(id, wish.orElseThrow(() -> Refused.invalid("DrainSpec is missing"))));
    }

    /** The wish in a body; none ends the drain. */
    private static Optional<DrainWish> wish(SortedMap<String, Object> body) throws Refused {
        if (!(body.get("DrainSpec") instanceof Map<?, ?> spec)) {
            return Optional.empty();
        }
        var deadline = spec.get("Deadline");
        if (deadline != null && !(deadline instanceof Long)) {
            throw Refused.invalid("DrainSpec.Deadline \"" + deadline + "\" must be a whole number of nanoseconds");
        }
        return Optional.of(new DrainWish(
                Duration.ofNanos(deadline instanceof Long nanos ? nanos : 0),
                Boolean.TRUE.equals(spec.get("IgnoreSystemJobs"))));
    }

    private Response evaluate(Request request) throws Refused, IOException, InterruptedException {
        return written(region.nodes().evaluate(named(request)));
    }

    private Response purge(Request request) throws Refused, IOException, InterruptedException {
        return written(region.nodes().purge(named(request)));
    }

    private NodeId named(Request request) throws Refused {
        reads.checkRegion(request);
        var id = Given.id(NodeId::new, request);
        known(region.snapshot(), id);
        return id;
    }

    private Response written(RegionNodes.Written written) {
        var reply = new TreeMap<String, Object>();
        reply.put("NodeModifyIndex", written.index());
        reply.put("EvalCreateIndex", written.evaluations().isEmpty() ? 0L : written.index());
        reply.put(
                "EvalIDs",
                written.evaluations().stream().map(EvaluationId::value).toList());
        return reads.written(reply, written.index());
    }
}
