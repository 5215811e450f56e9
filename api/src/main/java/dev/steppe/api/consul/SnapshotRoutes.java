package dev.steppe.api.consul;

import dev.steppe.api.http.Answer;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.api.http.SinkStream;
import java.io.IOException;
import java.util.List;

/** The whole state as a file, in the form that programs of both dialects look at before they keep it. */
final class SnapshotRoutes {
    private final Reads reads;

    SnapshotRoutes(Reads reads) {
        this.reads = reads;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/snapshot", Right.WRITE_OPERATOR, this::save),
                Route.put("/v1/snapshot", Right.WRITE_OPERATOR, this::restore).forFiles());
    }

    private Answer save(Request request) throws Refused, IOException, InterruptedException {
        reads.check(request);
        var archive = reads.region().operator().save(request.query().flag("stale"));
        var fresh = reads.region().freshness();
        var headers = Headers.of("Content-Type", "application/x-gzip")
                .with("X-Consul-Index", Long.toString(archive.description().index()))
                .with("X-Consul-KnownLeader", Boolean.toString(fresh.knownLeader()))
                .with("X-Consul-LastContact", Long.toString(fresh.lastContact().toMillis()));
        return SinkStream.answer(headers, archive::write);
    }

    private Response restore(Request request) throws Refused, IOException, InterruptedException {
        reads.check(request);
        long index = reads.region().operator().restore(request.requiredFile());
        return Response.empty().with("X-Consul-Index", Long.toString(index));
    }
}
