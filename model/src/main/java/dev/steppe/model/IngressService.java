package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;
import java.util.Optional;

/** A service that is reached from outside. */
public record IngressService(
        String name,
        List<String> hosts,
        @Json("TLS") Optional<GatewayTls> tls,
        Optional<HeaderChanges> requestHeaders,
        Optional<HeaderChanges> responseHeaders,
        Optional<Integer> maxConnections,
        Optional<Integer> maxPendingRequests,
        Optional<Integer> maxConcurrentRequests) {}
