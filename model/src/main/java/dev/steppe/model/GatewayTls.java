package dev.steppe.model;

import dev.steppe.model.codec.Json;
import java.util.List;
import java.util.Optional;

/** Encryption at the door of the mesh. */
public record GatewayTls(
        boolean enabled,
        @Json("TLSMinVersion") String tlsMinVersion,
        @Json("TLSMaxVersion") String tlsMaxVersion,
        List<String> cipherSuites,
        @Json("SDS") Optional<GatewayCertificateSource> sds) {}
