package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.model.EvaluationId;
import dev.steppe.server.LaunchEndpoint;
import java.io.IOException;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Launches of periodic and parameterized jobs. */
final class LaunchRoutes {
    private final Region region;
    private final Reads reads;

    LaunchRoutes(Region region) {
        this.region = region;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.write("/v1/job/{id...}/periodic/force", Right.SUBMIT_JOB, this::force),
                Route.write("/v1/job/{id...}/dispatch", Right.DISPATCH_JOB, this::dispatch),
                Route.write("/v1/job/{id...}/dispatch/payload", Right.DISPATCH_JOB, this::dispatchPayload));
    }

    private Response force(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var launched = region.forceLaunch(JobRoutes.key(request));
        return reads.written(new Shapes.ForceReply(id(launched), launched.index(), launched.index()), launched.index());
    }

    private Response dispatch(Request request) throws Refused, IOException, InterruptedException {
        var body = JobBodies.object(request.requiredBody());
        Optional<Integer> priority = body.get("Priority") instanceof Number number && number.longValue() != 0
                ? Optional.of(Math.clamp(number.longValue(), Integer.MIN_VALUE, Integer.MAX_VALUE))
                : Optional.empty();
        return dispatch(
                request,
                new LaunchEndpoint.Dispatch(
                        payload(body),
                        meta(body),
                        priority,
                        body.get("IdPrefixTemplate") instanceof String prefix ? prefix : "",
                        token(request)));
    }

    /** The whole body is the payload. */
    private Response dispatchPayload(Request request) throws Refused, IOException, InterruptedException {
        return dispatch(
                request,
                new LaunchEndpoint.Dispatch(
                        request.body().toArray(), Collections.emptySortedMap(), Optional.empty(), "", token(request)));
    }

    private Response dispatch(Request request, LaunchEndpoint.Dispatch wish)
            throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var launched = region.dispatch(JobRoutes.key(request), wish);
        return reads.written(
                new Shapes.DispatchReply(
                        launched.child().value(),
                        id(launched),
                        launched.evaluation().isPresent() ? launched.index() : 0,
                        launched.index(),
                        launched.index()),
                launched.index());
    }

    private static String id(Region.JobLaunched launched) {
        return launched.evaluation().map(EvaluationId::value).orElse("");
    }

    private static String token(Request request) {
        return request.query().text("idempotency_token").orElse("");
    }

    private static byte[] payload(Map<String, Object> body) throws Refused {
        try {
            return body.get("Payload") instanceof String text
                    ? Base64.getDecoder().decode(text)
                    : new byte[0];
        } catch (IllegalArgumentException malformed) {
            throw Refused.invalid("Payload is not base64: " + malformed.getMessage());
        }
    }

    private static SortedMap<String, String> meta(Map<String, Object> body) throws Refused {
        var meta = new TreeMap<String, String>();
        if (body.get("Meta") instanceof Map<?, ?> given) {
            for (var entry : given.entrySet()) {
                if (!(entry.getValue() instanceof String value)) {
                    throw Refused.invalid("Meta: the value of \"" + entry.getKey() + "\" must be a text");
                }
                meta.put(String.valueOf(entry.getKey()), value);
            }
        }
        return meta;
    }
}
