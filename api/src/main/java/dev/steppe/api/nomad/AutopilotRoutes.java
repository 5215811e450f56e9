package dev.steppe.api.nomad;

import dev.steppe.api.AutopilotShapes;
import dev.steppe.api.Region;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import java.io.IOException;
import java.util.List;

/** How the servers take care of themselves, and how they are. */
final class AutopilotRoutes {
    private final Region region;
    private final Reads reads;
    private final AutopilotShapes shapes;

    AutopilotRoutes(Region region, String version) {
        this.region = region;
        this.reads = new Reads(region);
        this.shapes = new AutopilotShapes(region, version);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/operator/autopilot/configuration", Right.READ_OPERATOR, this::configuration),
                Route.put("/v1/operator/autopilot/configuration", Right.WRITE_OPERATOR, this::configure),
                Route.get("/v1/operator/autopilot/health", Right.READ_OPERATOR, this::health)
                        .byLeader());
    }

    private Response configuration(Request request) throws Refused {
        reads.checkRegion(request);
        var shape = shapes.settings();
        shape.put("EnableRedundancyZones", false);
        shape.put("EnableCustomUpgrades", false);
        return reads.response(shape, Math.max(1, region.operator().autopilot().modifyIndex()));
    }

    private Response configure(Request request) throws Refused, IOException, InterruptedException {
        reads.checkRegion(request);
        var index = shapes.configure(request);
        return index.isPresent() ? reads.written(true, index.get()) : Reads.json(false);
    }

    private Response health(Request request) throws Refused {
        reads.checkRegion(request);
        return shapes.health();
    }
}
