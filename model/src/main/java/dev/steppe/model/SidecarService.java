package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** A service's membership in the mesh through a proxy. */
public record SidecarService(
        List<String> tags,
        @Json("Port") String port,
        Optional<ConnectProxy> proxy,
        @Json("DisableDefaultTCPCheck") boolean disableDefaultTcpCheck,
        SortedMap<String, String> meta) {

    /** The upstreams of the proxy, none when it is not described. */
    public List<Upstream> upstreams() {
        return proxy.map(ConnectProxy::upstreams).orElse(List.of());
    }
}
