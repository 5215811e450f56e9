package dev.steppe.api.nomad;

import dev.steppe.api.Region;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import java.io.IOException;
import java.util.List;

/** What an operator has the servers do at once. */
final class SystemRoutes {
    private final Region region;
    private final Reads reads;

    SystemRoutes(Region region) {
        this.region = region;
        this.reads = new Reads(region);
    }

    List<Route> routes() {
        return List.of(
                Route.put("/v1/system/gc", Right.WRITE_OPERATOR, this::collect),
                // summaries are worked out when they are asked for, so they cannot be wrong
                Route.put("/v1/system/reconcile/summaries", Right.WRITE_OPERATOR, request -> Response.empty()));
    }

    private Response collect(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        return Response.empty().with("X-Nomad-Index", Long.toString(region.collectGarbage()));
    }
}
