package dev.steppe.api.consul;

import dev.steppe.api.AutopilotShapes;
import dev.steppe.api.Region;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Request;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import java.io.IOException;
import java.util.List;

/** How the servers take care of themselves, and how they are, in this dialect. */
final class AutopilotRoutes {
    private final AutopilotShapes shapes;

    AutopilotRoutes(Region region, String version) {
        this.shapes = new AutopilotShapes(region, version);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/operator/autopilot/configuration", Right.READ_OPERATOR, this::configuration),
                Route.put("/v1/operator/autopilot/configuration", Right.WRITE_OPERATOR, this::configure),
                Route.get("/v1/operator/autopilot/health", Right.READ_OPERATOR, this::health)
                        .byLeader(),
                Route.get("/v1/operator/autopilot/state", Right.READ_OPERATOR, this::state)
                        .byLeader());
    }

    private Response configuration(Request request) {
        var shape = shapes.settings();
        shape.put("RedundancyZoneTag", "");
        shape.put("UpgradeVersionTag", "");
        return Reads.json(shape);
    }

    private Response configure(Request request) throws Refused, IOException, InterruptedException {
        return Reads.json(shapes.configure(request).isPresent());
    }

    private Response health(Request request) throws Refused {
        return shapes.health();
    }

    private Response state(Request request) throws Refused {
        return Reads.json(shapes.state());
    }
}
