package dev.steppe.api.consul;

import dev.steppe.api.AgentIdentity;
import dev.steppe.api.LiveCatalog;
import dev.steppe.api.Observation;
import dev.steppe.api.Region;
import dev.steppe.api.http.Headers;
import dev.steppe.api.http.Response;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import dev.steppe.api.http.Router;
import dev.steppe.api.nomad.MetricRoutes;
import dev.steppe.client.mesh.NativeIdentities;
import dev.steppe.model.IntentionAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The Consul dialect as one route table. */
public final class ConsulDialect {
    /** What an agent is asked about itself. */
    private static final List<String> OWN =
            List.of("/", "/v1/agent/self", "/v1/agent/reload", "/v1/agent/version", "/v1/agent/metrics");

    private ConsulDialect() {}

    /** The table for an agent; {@code otherwise} is what holds between services that no intention speaks about. */
    public static Router router(
            AgentIdentity identity,
            Region region,
            LiveCatalog catalog,
            IntentionAction otherwise,
            Optional<NativeIdentities> natives,
            Observation observation) {
        var reads = new Reads(region, catalog);
        var routes = new ArrayList<Route>();
        routes.add(Route.get(
                "/", Right.ANYONE, request -> Response.text(200, "Consul Agent: Steppe in Consul's words\n")));
        routes.addAll(new CatalogRoutes(reads, identity.name()).routes());
        routes.addAll(new AgentRoutes(identity, reads).routes());
        routes.addAll(new IntentionRoutes(reads, otherwise).routes());
        routes.addAll(new AuthorityRoutes(reads).routes());
        routes.addAll(new OperatorRoutes(reads.region()).routes());
        routes.addAll(new SnapshotRoutes(reads).routes());
        routes.addAll(new AutopilotRoutes(reads.region(), identity.version()).routes());
        routes.addAll(new KeyringRoutes(identity).routes());
        routes.addAll(new TokenRoutes(reads.region(), identity).routes());
        routes.addAll(new LeafRoutes(natives).routes());
        routes.addAll(new KeyRoutes(reads).routes());
        routes.addAll(new TransactionRoutes(reads).routes());
        routes.addAll(new SessionRoutes(reads, identity).routes());
        routes.addAll(new MetricRoutes(observation.measurements()).routes("/v1/agent/metrics"));
        routes.addAll(UnsupportedRoutes.routes());
        return new Router(routes.stream()
                .map(route -> OWN.contains(route.pattern()) ? route.here() : route)
                .toList());
    }

    /** The headers that every answer of this dialect carries. */
    public static Headers standingHeaders(AgentIdentity identity) {
        return Headers.of("X-Consul-Default-ACL-Policy", identity.accessControl() ? "deny" : "allow");
    }
}
