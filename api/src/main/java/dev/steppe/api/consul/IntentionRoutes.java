package dev.steppe.api.consul;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.mesh.intention.Decision;
import dev.steppe.mesh.intention.Intentions;
import dev.steppe.mesh.intention.Precedence;
import dev.steppe.model.Intention;
import dev.steppe.model.IntentionAction;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.server.IntentionEndpoint;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Who may talk to whom: intentions, and what follows from them. */
final class IntentionRoutes {
    private static final List<String> NOT_SUPPORTED =
            List.of("Permissions", "JWT", "SourcePeer", "SourceSamenessGroup");
    private static final String DEFAULT = "default";

    private final Reads reads;
    private final IntentionAction otherwise;

    IntentionRoutes(Reads reads, IntentionAction otherwise) {
        this.reads = reads;
        this.otherwise = otherwise;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/connect/intentions", Right.READ_INTENTIONS, this::list),
                Route.post("/v1/connect/intentions", Right.WRITE_INTENTIONS, this::create),
                Route.get("/v1/connect/intentions/exact", Right.READ_INTENTIONS, this::readExact),
                Route.put("/v1/connect/intentions/exact", Right.WRITE_INTENTIONS, this::putExact),
                Route.delete("/v1/connect/intentions/exact", Right.WRITE_INTENTIONS, this::deleteExact),
                Route.get("/v1/connect/intentions/match", Right.READ_INTENTIONS, this::match),
                Route.get("/v1/connect/intentions/check", Right.READ_INTENTIONS, this::check),
                Route.get("/v1/connect/intentions/{id}", Right.READ_INTENTIONS, this::readById),
                Route.delete("/v1/connect/intentions/{id}", Right.WRITE_INTENTIONS, this::deleteById),
                Route.write("/v1/agent/connect/authorize", Right.READ_INTENTIONS, this::authorize));
    }

    private Intentions intentions(Snapshot snapshot) {
        return Intentions.of(snapshot.intentions(), otherwise);
    }

    private static SortedMap<String, Object> shape(Intention intention) {
        var shape = Shapes.fields();
        shape.put("ID", intention.id());
        shape.put("Description", intention.description());
        shape.put("SourceNS", DEFAULT);
        shape.put("SourcePartition", DEFAULT);
        shape.put("SourceName", intention.source());
        shape.put("DestinationNS", DEFAULT);
        shape.put("DestinationPartition", DEFAULT);
        shape.put("DestinationName", intention.destination());
        shape.put("SourceType", "consul");
        shape.put("Action", word(intention.action()));
        shape.put("Meta", intention.meta());
        shape.put("Precedence", Precedence.of(intention.source(), intention.destination()));
        shape.put("CreatedAt", intention.createdAt().toString());
        shape.put("UpdatedAt", intention.updatedAt().toString());
        shape.put("CreateIndex", intention.createIndex());
        shape.put("ModifyIndex", intention.modifyIndex());
        return shape;
    }

    private static String word(IntentionAction action) {
        return action.name().toLowerCase(Locale.ROOT);
    }

    private Answer list(Request request) throws Refused, IOException, InterruptedException {
        var filtering = reads.filtering(request);
        return reads.read(
                request,
                snapshot -> Reads.json(filtering.of(intentions(snapshot).ordered().stream()
                        .map(IntentionRoutes::shape)
                        .toList())),
                Reads.interests(Table.INTENTIONS));
    }

    /** Creates only: an intention that is there already is in the way. */
    private Response create(Request request) throws Refused, IOException, InterruptedException {
        reads.check(request);
        var written = reads.region().putIntention(wish(request, Optional.empty()), true);
        var reply = Shapes.fields();
        reply.put("ID", written.id());
        return Reads.json(reply).with("X-Consul-Index", Long.toString(written.index()));
    }

    /** Source and destination of a request. */
    private record Pair(String source, String destination) {}

    private static Pair pair(Request request) throws Refused {
        return new Pair(named(request, "source"), named(request, "destination"));
    }

    /** Takes {@code name}, {@code default/name} and {@code default/default/name}. */
    private static String named(Request request, String parameter) throws Refused {
        var text = request.query()
                .text(parameter)
                .orElseThrow(() -> Refused.invalid("required query parameter '" + parameter + "' not set"));
        if (text.startsWith("peer:")) {
            throw Refused.unsupported("intentions of peers are not supported by this version of Steppe: " + text);
        }
        var parts = text.split("/", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            if (!parts[i].equals(DEFAULT)) {
                throw Refused.invalid(
                        "Invalid " + parameter + " \"" + text + "\": Namespaces are a Consul Enterprise feature");
            }
        }
        return parts[parts.length - 1];
    }

    private Response putExact(Request request) throws Refused, IOException, InterruptedException {
        reads.check(request);
        var written = reads.region().putIntention(wish(request, Optional.of(pair(request))), false);
        return Reads.json(true).with("X-Consul-Index", Long.toString(written.index()));
    }

    /** Reads the body; the pair of the query, when there is one, must be what the body says or leaves open. */
    private static IntentionEndpoint.Wish wish(Request request, Optional<Pair> given) throws Refused {
        var body = body(request);
        for (var name : NOT_SUPPORTED) {
            if (isSet(body.getOrDefault(name, ""))) {
                throw Refused.unsupported("intentions with " + name + " are not supported by this version of Steppe;"
                        + " use Action allow or deny");
            }
        }
        var type = text(body, "SourceType");
        if (!type.isEmpty() && !type.equals("consul")) {
            throw Refused.invalid("SourceType must be set to 'consul'");
        }
        var source = text(body, "SourceName");
        var destination = text(body, "DestinationName");
        if (given.isPresent()) {
            source = same("source", given.get().source, source);
            destination = same("destination", given.get().destination, destination);
        }
        return new IntentionEndpoint.Wish(
                source, destination, action(text(body, "Action")), text(body, "Description"), meta(body));
    }

    private static boolean isSet(Object value) {
        return switch (value) {
            case String text -> !text.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> true;
        };
    }

    private static String same(String what, String given, String inBody) throws Refused {
        if (!inBody.isEmpty() && !inBody.equals(given)) {
            throw Refused.invalid("the " + what + " in the query is \"" + given + "\" and in the body \"" + inBody
                    + "\"; leave it out of the body");
        }
        return given;
    }

    private static IntentionAction action(String word) throws Refused {
        return switch (word) {
            case "allow" -> IntentionAction.ALLOW;
            case "deny" -> IntentionAction.DENY;
            default -> throw Refused.invalid("Action must be set to 'allow' or 'deny', not \"" + word + "\"");
        };
    }

    private static SortedMap<String, String> meta(SortedMap<String, Object> body) {
        var meta = new TreeMap<String, String>();
        if (body.get("Meta") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> meta.put(String.valueOf(name), String.valueOf(value)));
        }
        return meta;
    }

    private static String text(SortedMap<String, Object> body, String name) {
        return body.get(name) instanceof String text ? text : "";
    }

    /** The body's fields; names are taken without regard to case, as the official server does. */
    private static SortedMap<String, Object> body(Request request) throws Refused {
        try {
            if (Codec.fromJson(Object.class, request.requiredBody().text()) instanceof Map<?, ?> fields) {
                var body = new TreeMap<String, Object>(String.CASE_INSENSITIVE_ORDER);
                fields.forEach((name, value) -> body.put(String.valueOf(name), value));
                return body;
            }
        } catch (CodecException malformed) {
            throw Refused.invalid("Failed to decode request body: " + malformed.getMessage());
        }
        throw Refused.invalid("Failed to decode request body: it must be a JSON object");
    }

    private Answer readExact(Request request) throws Refused, IOException, InterruptedException {
        var pair = pair(request);
        return reads.ofState(
                request,
                snapshot -> snapshot.intention(pair.source, pair.destination)
                        .map(IntentionRoutes::shape)
                        .orElseThrow(() -> Refused.notFound("Intention not found")),
                Table.INTENTIONS);
    }

    /** True also when there was none. */
    private Response deleteExact(Request request) throws Refused, IOException, InterruptedException {
        reads.check(request);
        var pair = pair(request);
        if (reads.region().snapshot().intention(pair.source, pair.destination).isEmpty()) {
            return Reads.json(true);
        }
        long index = reads.region().deleteIntention(pair.source, pair.destination);
        return Reads.json(true).with("X-Consul-Index", Long.toString(index));
    }

    private static Optional<Intention> byId(Snapshot snapshot, String id) {
        for (var intention : snapshot.intentions()) {
            if (intention.id().equals(id)) {
                return Optional.of(intention);
            }
        }
        return Optional.empty();
    }

    private Answer readById(Request request) throws Refused, IOException, InterruptedException {
        var id = request.name("id");
        return reads.ofState(
                request,
                snapshot -> byId(snapshot, id)
                        .map(IntentionRoutes::shape)
                        .orElseThrow(() -> Refused.notFound("Intention not found")),
                Table.INTENTIONS);
    }

    private Response deleteById(Request request) throws Refused, IOException, InterruptedException {
        reads.check(request);
        var intention = byId(reads.region().snapshot(), request.name("id"))
                .orElseThrow(() -> Refused.notFound("Intention not found"));
        reads.region().deleteIntention(intention.source(), intention.destination());
        return Reads.json(true);
    }

    private Answer match(Request request) throws Refused, IOException, InterruptedException {
        var by = request.query().text("by").orElseThrow(() -> Refused.invalid("required query parameter 'by' not set"));
        if (!by.equals("source") && !by.equals("destination")) {
            throw Refused.invalid("'by' parameter must be one of 'source' or 'destination'");
        }
        var names = request.query().all("name");
        if (names.isEmpty()) {
            throw Refused.invalid("required query parameter 'name' not set");
        }
        return reads.ofState(
                request,
                snapshot -> {
                    var all = intentions(snapshot);
                    var matches = Shapes.fields();
                    for (var name : names) {
                        var found = by.equals("source") ? all.from(name) : all.to(name);
                        matches.put(
                                name, found.stream().map(IntentionRoutes::shape).toList());
                    }
                    return matches;
                },
                Table.INTENTIONS);
    }

    /** Beside the verdict: which rule decided, and the command that would allow what is refused. */
    private Answer check(Request request) throws Refused, IOException, InterruptedException {
        var pair = pair(request);
        return reads.ofState(
                request,
                snapshot -> {
                    var decision = intentions(snapshot).decide(pair.source, pair.destination);
                    var reply = Shapes.fields();
                    reply.put("Allowed", decision.allowed());
                    reply.put("Rule", decision.rule());
                    decision.remedy().ifPresent(remedy -> reply.put("Remedy", remedy));
                    return reply;
                },
                Table.INTENTIONS);
    }

    private Response authorize(Request request) throws Refused {
        reads.check(request);
        var body = body(request);
        var target = text(body, "Target");
        var uri = text(body, "ClientCertURI");
        int service = uri.indexOf("/svc/");
        if (target.isEmpty() || !uri.startsWith("spiffe://") || service < 0) {
            throw Refused.invalid("Target and ClientCertURI (a SPIFFE service identity) must be set");
        }
        var source = uri.substring(service + "/svc/".length());
        Decision decision = intentions(reads.region().snapshot()).decide(source, target);
        var reply = Shapes.fields();
        reply.put("Authorized", decision.allowed());
        reply.put(
                "Reason",
                decision.by()
                        .map(intention -> "Matched L4 intention: default/" + intention.source() + " => default/"
                                + intention.destination() + " (Precedence: "
                                + Precedence.of(intention.source(), intention.destination()) + ", Action: "
                                + intention.action().name() + ")")
                        .orElse("Default intention policy: " + word(otherwise)));
        return Reads.json(reply);
    }
}
