package dev.steppe.api.nomad;

import dev.steppe.api.AgentIdentity;
import dev.steppe.api.LiveCatalog;
import dev.steppe.api.LocalNode;
import dev.steppe.api.Observation;
import dev.steppe.api.Region;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.api.http.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The Nomad dialect as one route table. */
public final class NomadDialect {
    /** What an agent is asked about itself, beside its node. */
    private static final List<String> OWN =
            List.of("/", "/v1/agent/self", "/v1/agent/reload", "/v1/agent/health", "/v1/agent/servers", "/v1/metrics");

    private NomadDialect() {}

    /** The table for an agent; without a node the client routes say so. */
    public static Router router(
            AgentIdentity identity,
            Region region,
            LiveCatalog catalog,
            Optional<LocalNode> node,
            Observation observation) {
        var routes = new ArrayList<Route>();
        routes.add(Route.get(
                "/",
                Right.ANYONE,
                request -> Response.text(200, "Steppe agent: the HTTP API is below /v1, see `steppe help`\n")));
        routes.addAll(new JobRoutes(region, catalog).routes());
        routes.addAll(new VersionRoutes(region).routes());
        routes.addAll(new LaunchRoutes(region).routes());
        routes.addAll(new ScaleRoutes(region).routes());
        routes.addAll(new PlacementRoutes(region, catalog).routes());
        routes.addAll(new NodeRoutes(region).routes());
        routes.addAll(new NodePoolRoutes(region).routes());
        routes.addAll(new DeploymentRoutes(region).routes());
        routes.addAll(new AllocationRoutes(region, node).routes());
        routes.addAll(new FileRoutes(region, node).routes());
        routes.add(new DiskRoute(region, node).route());
        routes.addAll(new UsageRoutes(region, node).routes());
        routes.addAll(new NodeMetaRoutes(node).routes());
        routes.addAll(new ExecRoute(region, node).routes());
        routes.addAll(new AgentRoutes(identity, region, node).routes());
        routes.addAll(new JoinTokenRoutes(region).routes());
        routes.addAll(new TokenRoutes(region, identity).routes());
        routes.addAll(new GossipKeyRoutes(identity).routes());
        routes.addAll(new VariableRoutes(region).routes());
        routes.addAll(new KeyringRoutes(region).routes());
        routes.addAll(new SystemRoutes(region).routes());
        routes.addAll(new SchedulerRoutes(region).routes());
        routes.addAll(new OperatorRoutes(region).routes());
        routes.addAll(new AutopilotRoutes(region, identity.version()).routes());
        routes.addAll(new ExplainRoutes(region).routes());
        routes.addAll(new SearchRoutes(region).routes());
        routes.addAll(new EventRoutes(region, catalog, observation.events()).routes());
        routes.addAll(new MonitorRoutes(identity, node, observation.log()).routes());
        routes.addAll(new MetricRoutes(observation.measurements()).routes("/v1/metrics"));
        routes.addAll(UnsupportedRoutes.routes());
        return new Router(routes.stream()
                .map(NomadDialect::placed)
                .map(route -> MetricRoutes.measured(route, observation.measurements()))
                .toList());
    }

    /** Checks are in the region's state; everything else of a client is known to the client alone. */
    private static Route placed(Route route) {
        if (OWN.contains(route.pattern())) {
            return route.here();
        }
        boolean ofNode = route.pattern().startsWith("/v1/client/")
                && !route.pattern().equals("/v1/client/allocation/{id}/checks");
        return ofNode || route.pattern().equals("/v1/agent/monitor") ? route.atNode() : route;
    }
}
