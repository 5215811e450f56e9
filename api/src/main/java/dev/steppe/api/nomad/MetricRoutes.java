package dev.steppe.api.nomad;

import dev.steppe.api.http.Bytes;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.api.metrics.Exposition;
import dev.steppe.api.metrics.Measurements;
import dev.steppe.model.codec.Codec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The figures of the agent, for Prometheus and as JSON; the same in both dialects. */
public final class MetricRoutes {
    private final Measurements measurements;

    public MetricRoutes(Measurements measurements) {
        this.measurements = measurements;
    }

    /** The one route, under the dialect's path. */
    public List<Route> routes(String path) {
        return List.of(Route.get(path, Right.READ_AGENT, this::metrics));
    }

    private Response metrics(Request request) throws Refused {
        var format = request.query().text("format").orElse("");
        if (format.equals("prometheus") && !measurements.forPrometheus()) {
            throw Refused.unsupported("text for Prometheus is turned off by telemetry { prometheus_metrics = false }");
        }
        var readings = measurements.now();
        return switch (format) {
            case "prometheus" ->
                new Response(
                        200,
                        Headers.of("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),
                        Bytes.wrap(Exposition.prometheus(readings)));
            case "", "json" ->
                Response.json(Bytes.wrap(Codec.toJsonBytes(Exposition.document(readings, Instant.now()), false)));
            default -> throw Refused.invalid("format \"" + format + "\" is not known: use prometheus or json");
        };
    }

    /** The same route, measured. A stream counts until it begins. */
    static Route measured(Route route, Measurements measurements) {
        return route.handledBy(request -> {
            long begun = System.nanoTime();
            try {
                return route.handler().handle(request);
            } finally {
                measurements.handled(request.method().name(), Duration.ofNanos(System.nanoTime() - begun));
            }
        });
    }
}
