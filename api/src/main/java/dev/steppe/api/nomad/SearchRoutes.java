package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds things by the beginning of their id, or by a part of their name. */
final class SearchRoutes {
    private static final int MATCHES_MAX = 20;
    private static final int FUZZY_LENGTH_MIN = 2;

    private final Region region;
    private final Reads reads;

    SearchRoutes(Region region) {
        this.region = region;
        this.reads = new Reads(region);
    }

    /** What there is to find: its id, the name people know it by, and where it belongs. */
    private record Thing(String context, String id, String name, List<String> scope) {}

    /** A found name and where it belongs. */
    private record FuzzyMatch(String id, List<String> scope) {}

    List<Route> routes() {
        return List.of(
                Route.write("/v1/search", Right.LIST_JOBS, this::search),
                Route.write("/v1/search/fuzzy", Right.LIST_JOBS, this::fuzzy));
    }

    private static final List<String> CONTEXTS = List.of("jobs", "evals", "allocs", "nodes", "deployment");
    private static final List<String> ALWAYS_EMPTY = List.of(
            "plugins",
            "volumes",
            "host_volumes",
            "namespaces",
            "quotas",
            "recommendations",
            "scaling_policy",
            "vars",
            "node_pools");

    private Response search(Request request) throws Refused {
        reads.checkRegion(request);
        var body = JobBodies.object(request.requiredBody());
        var prefix = text(body, "Prefix");
        var found = new TreeMap<String, Object>();
        var truncated = new TreeMap<String, Object>();
        var snapshot = region.snapshot();
        for (var context : contexts(text(body, "Context"))) {
            var ids = new ArrayList<String>();
            for (Thing thing : things(snapshot, context, Listing.namespace(request))) {
                if (thing.id.startsWith(prefix)) {
                    ids.add(thing.id);
                }
            }
            found.put(context, ids.subList(0, Math.min(MATCHES_MAX, ids.size())));
            truncated.put(context, ids.size() > MATCHES_MAX);
        }
        return answer(found, truncated, snapshot);
    }

    private Response fuzzy(Request request) throws Refused {
        reads.checkRegion(request);
        var body = JobBodies.object(request.requiredBody());
        var text = text(body, "Text").toLowerCase(Locale.ROOT);
        if (text.length() < FUZZY_LENGTH_MIN) {
            throw Refused.invalid(
                    "fuzzy search query must be at least " + FUZZY_LENGTH_MIN + " characters, got " + text.length());
        }
        var found = new TreeMap<String, Object>();
        var truncated = new TreeMap<String, Object>();
        var snapshot = region.snapshot();
        for (var context : contexts(text(body, "Context"))) {
            var matches = new ArrayList<FuzzyMatch>();
            for (Thing thing : things(snapshot, context, Listing.namespace(request))) {
                if (thing.name.toLowerCase(Locale.ROOT).contains(text)) {
                    matches.add(new FuzzyMatch(thing.name, thing.scope));
                }
            }
            if (!matches.isEmpty()) {
                found.put(context, matches.subList(0, Math.min(MATCHES_MAX, matches.size())));
                truncated.put(context, matches.size() > MATCHES_MAX);
            }
        }
        return answer(found, truncated, snapshot);
    }

    private Response answer(Object found, Object truncated, Snapshot snapshot) {
        long index = snapshot.index(Table.JOBS, Table.EVALUATIONS, Table.ALLOCATIONS, Table.NODES);
        var reply = new TreeMap<String, Object>();
        reply.put("Matches", found);
        reply.put("Truncations", truncated);
        return reads.response(reply, index);
    }

    private static String text(Map<String, Object> body, String name) {
        return String.valueOf(body.getOrDefault(name, ""));
    }

    private static List<String> contexts(String asked) throws Refused {
        if (asked.isEmpty() || asked.equals("all")) {
            return CONTEXTS;
        }
        if (!CONTEXTS.contains(asked) && !ALWAYS_EMPTY.contains(asked)) {
            var known = new TreeSet<>(CONTEXTS);
            known.addAll(ALWAYS_EMPTY);
            throw Refused.invalid("context must be one of " + known + " or all; got \"" + asked + "\"");
        }
        return List.of(asked);
    }

    private static List<Thing> things(Snapshot snapshot, String context, String namespace) {
        var found = new ArrayList<Thing>();
        switch (context) {
            case "jobs" -> {
                for (var job : snapshot.jobs()) {
                    var spec = job.spec();
                    if (isIn(namespace, spec.namespace())) {
                        found.add(new Thing(
                                context,
                                spec.id().value(),
                                spec.name(),
                                List.of(spec.namespace(), spec.id().value())));
                    }
                }
            }
            case "evals" -> {
                for (var evaluation : snapshot.evaluations()) {
                    if (isIn(namespace, evaluation.namespace())) {
                        found.add(new Thing(
                                context,
                                evaluation.id().value(),
                                evaluation.id().value(),
                                List.of()));
                    }
                }
            }
            case "allocs" -> {
                for (var allocation : snapshot.allocations()) {
                    if (isIn(namespace, allocation.namespace())) {
                        found.add(new Thing(
                                context,
                                allocation.id().value(),
                                allocation.name(),
                                List.of(allocation.namespace(), allocation.id().value())));
                    }
                }
            }
            case "deployment" -> {
                for (var deployment : snapshot.deployments()) {
                    if (isIn(namespace, deployment.namespace())) {
                        found.add(new Thing(
                                context,
                                deployment.id().value(),
                                deployment.id().value(),
                                List.of(deployment.namespace())));
                    }
                }
            }
            case "nodes" -> {
                for (var node : snapshot.nodes()) {
                    found.add(new Thing(
                            context,
                            node.id().value(),
                            node.spec().name(),
                            List.of(node.id().value())));
                }
            }
            default -> {
                // a kind of thing there is none of
            }
        }
        return found;
    }

    private static boolean isIn(String namespace, String its) {
        return namespace.equals("*") || namespace.equals(its);
    }
}
