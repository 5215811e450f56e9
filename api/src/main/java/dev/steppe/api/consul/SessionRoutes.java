package dev.steppe.api.consul;

import dev.steppe.api.AgentIdentity;
import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.codec.GoDuration;
import dev.steppe.model.data.Session;
import dev.steppe.server.KeyEndpoint;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Sessions: who may hold keys, for as long as node and checks are well and it is renewed. */
final class SessionRoutes {
    private static final Duration LOCK_DELAY = Duration.ofSeconds(15);
    /** A plain number below this is taken for seconds, as the official server does. */
    private static final long SECONDS_BELOW = 1_000;

    private final Reads reads;
    private final String ownNode;

    SessionRoutes(Reads reads, AgentIdentity identity) {
        this.reads = reads;
        this.ownNode = identity.name();
    }

    List<Route> routes() {
        return List.of(
                Route.put("/v1/session/create", Right.WRITE_SESSIONS, this::create),
                Route.put("/v1/session/destroy/{id}", Right.WRITE_SESSIONS, this::destroy),
                Route.put("/v1/session/renew/{id}", Right.WRITE_SESSIONS, this::renew),
                Route.get("/v1/session/info/{id}", Right.READ_SESSIONS, this::info),
                Route.get("/v1/session/node/{node}", Right.READ_SESSIONS, this::ofNode),
                Route.get("/v1/session/list", Right.READ_SESSIONS, this::list));
    }

    private static Object shape(Session session) {
        var shape = Shapes.fields();
        shape.put("ID", session.id());
        shape.put("Name", session.name());
        shape.put("Node", session.node());
        shape.put("LockDelay", session.lockDelay().toNanos());
        shape.put("Behavior", session.behavior().name().toLowerCase(Locale.ROOT));
        shape.put("TTL", session.ttl().isZero() ? "" : GoDuration.format(session.ttl()));
        shape.put("NodeChecks", session.nodeChecks());
        shape.put(
                "ServiceChecks",
                session.serviceChecks().stream()
                        .map(id -> {
                            var check = Shapes.fields();
                            check.put("ID", id);
                            check.put("Namespace", "");
                            return check;
                        })
                        .toList());
        shape.put("CreateIndex", session.createIndex());
        shape.put("ModifyIndex", session.modifyIndex());
        return shape;
    }

    private Response create(Request request) throws Refused, IOException, InterruptedException {
        reads.check(request);
        var body = body(request);
        var node = text(body, "Node");
        var behavior = text(body, "Behavior");
        if (!List.of("", "release", "delete").contains(behavior)) {
            throw Refused.invalid("Invalid Behavior setting '" + behavior + "': use release or delete");
        }
        var created = reads.region()
                .data()
                .create(new KeyEndpoint.Wish(
                        text(body, "Name"),
                        node.isEmpty() ? ownNode : node,
                        duration(body, "LockDelay", LOCK_DELAY),
                        behavior.equals("delete") ? Session.Behavior.DELETE : Session.Behavior.RELEASE,
                        duration(body, "TTL", Duration.ZERO),
                        nodeChecks(body),
                        serviceChecks(body)));
        var reply = Shapes.fields();
        reply.put("ID", created.value());
        return Reads.json(reply);
    }

    private static SortedMap<String, Object> body(Request request) throws Refused {
        var fields = new TreeMap<String, Object>(String.CASE_INSENSITIVE_ORDER);
        if (request.body().isEmpty()) {
            return fields;
        }
        try {
            if (Codec.fromJson(Object.class, request.body().text()) instanceof Map<?, ?> given) {
                given.forEach((name, value) -> fields.put(String.valueOf(name), value));
                return fields;
            }
        } catch (CodecException malformed) {
            throw Refused.invalid("Request decode failed: " + malformed.getMessage());
        }
        throw Refused.invalid("Request decode failed: it must be a JSON object");
    }

    private static String text(Map<String, Object> body, String name) {
        return body.get(name) instanceof String text ? text : "";
    }

    private static Duration duration(Map<String, Object> body, String name, Duration usual) throws Refused {
        var given = body.get(name);
        if (given instanceof Number number) {
            return number.longValue() > 0 && number.longValue() < SECONDS_BELOW
                    ? Duration.ofSeconds(number.longValue())
                    : Duration.ofNanos(number.longValue());
        }
        try {
            return given instanceof String text && !text.isEmpty() ? GoDuration.parse(text) : usual;
        } catch (CodecException wrong) {
            throw Refused.invalid(
                    "Request decode failed: " + name + " \"" + given + "\" is not a duration such as 15s");
        }
    }

    /** The old field names all checks of the node; without any the node's own check counts. */
    private static List<String> nodeChecks(Map<String, Object> body) {
        for (var name : List.of("NodeChecks", "Checks")) {
            if (body.get(name) instanceof List<?> list) {
                return list.stream().map(String::valueOf).toList();
            }
        }
        return List.of("serfHealth");
    }

    private static List<String> serviceChecks(Map<String, Object> body) {
        return body.get("ServiceChecks") instanceof List<?> list
                ? list.stream()
                        .map(it -> it instanceof Map<?, ?> check ? String.valueOf(check.get("ID")) : String.valueOf(it))
                        .toList()
                : List.of();
    }

    private Response destroy(Request request) throws Refused, IOException, InterruptedException {
        reads.check(request);
        reads.region().data().destroy(request.name("id"));
        return Reads.json(true);
    }

    private Response renew(Request request) throws Refused, IOException, InterruptedException {
        reads.check(request);
        var renewed = reads.region().data().renew(request.name("id"));
        return Reads.json(List.of(shape(renewed.value())));
    }

    private Answer info(Request request) throws Refused, IOException, InterruptedException {
        var id = request.name("id");
        return reads.ofState(
                request,
                snapshot -> snapshot.keys().session(id).stream()
                        .map(SessionRoutes::shape)
                        .toList(),
                Table.SESSIONS);
    }

    private Answer ofNode(Request request) throws Refused, IOException, InterruptedException {
        var node = request.name("node");
        return reads.ofState(request, snapshot -> all(snapshot, node), Table.SESSIONS);
    }

    private Answer list(Request request) throws Refused, IOException, InterruptedException {
        return reads.ofState(request, snapshot -> all(snapshot, ""), Table.SESSIONS);
    }

    /** The sessions of a node, or all with an empty name. */
    private static List<Object> all(Snapshot snapshot, String node) {
        var shapes = new ArrayList<Object>();
        for (Session session : snapshot.keys().sessions()) {
            if (node.isEmpty() || session.node().equals(node)) {
                shapes.add(shape(session));
            }
        }
        return shapes;
    }
}
