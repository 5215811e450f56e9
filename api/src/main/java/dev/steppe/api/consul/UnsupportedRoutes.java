package dev.steppe.api.consul;

import dev.steppe.api.http.Method;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import java.util.EnumSet;
import java.util.List;

/** Routes of the dialect that this version knows and does not serve: each answers 501 and names itself. */
final class UnsupportedRoutes {
    private static final List<String> NOT_YET = List.of(
            "/v1/acl/{rest...}",
            "/v1/agent/token/{type}",
            "/v1/agent/host",
            "/v1/agent/monitor",
            "/v1/agent/metrics/stream",
            "/v1/agent/maintenance",
            "/v1/agent/leave",
            "/v1/agent/check/{rest...}",
            "/v1/agent/service/register",
            "/v1/agent/service/deregister/{id}",
            "/v1/agent/service/maintenance/{id}",
            "/v1/catalog/register",
            "/v1/catalog/deregister",
            "/v1/catalog/gateway-services/{name}",
            "/v1/config",
            "/v1/config/{rest...}",
            "/v1/coordinate/{rest...}",
            "/v1/internal/{rest...}",
            "/v1/discovery-chain/{name}",
            "/v1/exported-services",
            "/v1/imported-services",
            "/v1/event/{rest...}",
            "/v1/health/ingress/{name}",
            "/v1/operator/{rest...}",
            "/v1/peering/{rest...}",
            "/v1/peerings",
            "/v1/query",
            "/v1/query/{rest...}");

    private UnsupportedRoutes() {}

    static List<Route> routes() {
        return NOT_YET.stream()
                .map(pattern -> new Route(
                        EnumSet.of(Method.GET, Method.PUT, Method.POST, Method.DELETE),
                        pattern,
                        Right.ANYONE,
                        request -> {
                            throw Refused.unsupported(request.method() + " " + request.path()
                                    + " is not supported by this version of Steppe (route " + pattern + ")");
                        }))
                .toList();
    }
}
