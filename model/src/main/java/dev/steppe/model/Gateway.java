package dev.steppe.model;

import java.util.Optional;

/** A door of the mesh: from outside, to outside, or to another mesh. */
public record Gateway(
        Optional<GatewayProxy> proxy,
        Optional<IngressGateway> ingress,
        Optional<TerminatingGateway> terminating,
        Optional<MeshDoor> mesh) {}
