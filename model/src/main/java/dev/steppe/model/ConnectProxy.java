package dev.steppe.model;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** What the proxy beside a service does. */
public record ConnectProxy(
        String localServiceAddress,
        int localServicePort,
        Optional<Expose> expose,
        List<Upstream> upstreams,
        SortedMap<String, Object> config,
        Optional<TransparentProxy> transparentProxy) {}
