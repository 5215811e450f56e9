package dev.steppe.model.specification;

import static dev.steppe.model.specification.Row.constructed;
import static dev.steppe.model.specification.Row.later;
import static dev.steppe.model.specification.Row.never;
import static dev.steppe.model.specification.Row.only;
import static dev.steppe.model.specification.Row.works;

import dev.steppe.model.Connect;
import dev.steppe.model.ConnectProxy;
import dev.steppe.model.Expose;
import dev.steppe.model.ExposePath;
import dev.steppe.model.Gateway;
import dev.steppe.model.GatewayBindAddress;
import dev.steppe.model.GatewayCertificateSource;
import dev.steppe.model.GatewayProxy;
import dev.steppe.model.GatewayTls;
import dev.steppe.model.HeaderChanges;
import dev.steppe.model.IngressGateway;
import dev.steppe.model.IngressListener;
import dev.steppe.model.IngressService;
import dev.steppe.model.LinkedService;
import dev.steppe.model.MeshDoor;
import dev.steppe.model.MeshGateway;
import dev.steppe.model.SidecarService;
import dev.steppe.model.SidecarTask;
import dev.steppe.model.TerminatingGateway;
import dev.steppe.model.TransparentProxy;
import dev.steppe.model.Upstream;
import java.util.List;

/** What Steppe does with the mesh: services behind proxies, their upstreams, gateways. */
final class MeshFields {
    private static final Answer NOT_YET = new Answer.Refused(true, "remove it");
    private static final String SHARED = "the node's one proxy serves all services and needs nothing of its own here";
    private static final String NO_TASK = "remove it; the node's one proxy serves all services and is no task";

    private MeshFields() {}

    static List<Block> blocks() {
        return List.of(
                connect(),
                sidecarService(),
                sidecarTask(),
                proxy(),
                upstreams(),
                Block.whole(MeshGateway.class, "mesh_gateway", NOT_YET),
                new Block(Expose.class, "expose", List.of(works("path"))),
                new Block(
                        ExposePath.class,
                        "expose path",
                        List.of(
                                works("path"),
                                only("protocol", List.of("http")),
                                works("local_path_port"),
                                works("listener_port"))),
                Block.whole(TransparentProxy.class, "transparent_proxy", NOT_YET),
                Block.whole(Gateway.class, "gateway", NOT_YET),
                Block.whole(GatewayProxy.class, "gateway proxy", NOT_YET),
                Block.whole(GatewayBindAddress.class, "envoy_gateway_bind_addresses", NOT_YET),
                Block.whole(IngressGateway.class, "ingress", NOT_YET),
                Block.whole(IngressListener.class, "ingress listener", NOT_YET),
                Block.whole(IngressService.class, "ingress service", NOT_YET),
                Block.whole(HeaderChanges.class, "request_headers, response_headers", NOT_YET),
                Block.whole(GatewayTls.class, "ingress tls", NOT_YET),
                Block.whole(GatewayCertificateSource.class, "ingress tls sds", NOT_YET),
                Block.whole(TerminatingGateway.class, "terminating", NOT_YET),
                Block.whole(LinkedService.class, "terminating service", NOT_YET),
                Block.whole(MeshDoor.class, "gateway mesh", NOT_YET));
    }

    private static Block connect() {
        return new Block(
                Connect.class,
                "connect",
                List.of(works("sidecar_service"), works("sidecar_task"), works("native"), later("gateway")));
    }

    private static Block sidecarService() {
        return new Block(
                SidecarService.class,
                "sidecar_service",
                List.of(
                        works("port"),
                        works("tags"),
                        works("meta"),
                        works("proxy"),
                        constructed(
                                "disable_default_tcp_check", "the health of the proxy is that of its service alone")));
    }

    private static Block sidecarTask() {
        return new Block(
                SidecarTask.class,
                "sidecar_task",
                List.of(
                        constructed("name", SHARED),
                        constructed("resources", SHARED),
                        constructed("logs", SHARED),
                        constructed("kill_timeout", SHARED),
                        constructed("kill_signal", SHARED),
                        never("shutdown_delay", NO_TASK),
                        never("driver", NO_TASK),
                        never("user", NO_TASK),
                        never("config", NO_TASK),
                        never("env", NO_TASK),
                        never("meta", NO_TASK),
                        never("volume_mount", NO_TASK),
                        never("identity", NO_TASK)));
    }

    private static Block proxy() {
        return new Block(
                ConnectProxy.class,
                "proxy",
                List.of(
                        works("local_service_address"),
                        works("local_service_port"),
                        works("upstreams"),
                        works("expose"),
                        later("transparent_proxy", "remove it and name the upstreams"),
                        later("config")));
    }

    private static Block upstreams() {
        return new Block(
                Upstream.class,
                "upstreams",
                List.of(
                        works("destination_name"),
                        works("local_bind_port"),
                        works("local_bind_address"),
                        only("destination_type", List.of("service")),
                        only("destination_namespace", List.of("default")),
                        only("destination_partition", List.of("default")),
                        later("destination_peer"),
                        later("datacenter"),
                        later("local_bind_socket_path", "remove it and use local_bind_port"),
                        later("local_bind_socket_mode", "remove it and use local_bind_port"),
                        later("mesh_gateway"),
                        later("config")));
    }
}
