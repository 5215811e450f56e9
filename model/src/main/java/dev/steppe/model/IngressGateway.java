package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;
import java.util.Optional;

/** What reaches the mesh from outside. */
public record IngressGateway(@Json("TLS") Optional<GatewayTls> tls, List<IngressListener> listeners) {}
