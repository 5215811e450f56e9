package dev.steppe.api.nomad;

import dev.steppe.api.http.Handler;
import dev.steppe.api.http.Method;
import dev.steppe.api.http.Refused;
import dev.steppe.api.http.Right;
import dev.steppe.api.http.Route;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Routes of the dialect that this version knows and does not serve: each answers 501 and names itself. */
final class UnsupportedRoutes {
    private static final List<String> NOT_YET = List.of(
            "/v1/jobs/statuses",
            "/v1/job/{id...}/actions",
            "/v1/job/{id...}/action",
            "/v1/client/allocation/{id}/gc",
            "/v1/client/allocation/{id}/pause",
            "/v1/client/gc",
            "/v1/client/identity",
            "/v1/client/identity/renew",
            "/v1/volumes",
            "/v1/volumes/{rest...}",
            "/v1/volume/{rest...}",
            "/v1/plugins",
            "/v1/plugin/{rest...}",
            "/v1/acl/{rest...}",
            "/v1/namespace",
            "/v1/agent/schedulers",
            "/v1/agent/schedulers/config",
            "/v1/agent/host",
            "/v1/agent/monitor/export",
            "/v1/agent/pprof/{rest...}",
            "/v1/operator/upgrade-check/{rest...}");

    private static final List<String> ENTERPRISE = List.of(
            "/v1/sentinel/{rest...}",
            "/v1/quotas",
            "/v1/quota",
            "/v1/quota-usages",
            "/v1/quota/{rest...}",
            "/v1/recommendation",
            "/v1/recommendations",
            "/v1/recommendations/apply",
            "/v1/recommendation/{id}",
            "/v1/operator/license",
            "/v1/operator/utilization");

    private UnsupportedRoutes() {}

    static List<Route> routes() {
        var routes = new ArrayList<Route>();
        for (var pattern : NOT_YET) {
            routes.add(any(pattern, request -> {
                throw Refused.unsupported(request.method() + " " + request.path()
                        + " is not supported by this version of Steppe (route " + pattern + ")");
            }));
        }
        for (var pattern : ENTERPRISE) {
            routes.add(any(pattern, request -> {
                throw Refused.unsupported("Nomad Enterprise only endpoint");
            }));
        }
        return routes;
    }

    private static Route any(String pattern, Handler handler) {
        var methods = EnumSet.of(Method.GET, Method.PUT, Method.POST, Method.DELETE);
        return new Route(methods, pattern, Right.ANYONE, handler);
    }
}
