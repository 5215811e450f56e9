package dev.steppe.model;

import dev.steppe.model.codec.Json;

/** A service outside the mesh and how it is trusted. */
public record LinkedService(
        String name,
        @Json("CAFile") String caFile,
        String certFile,
        String keyFile,
        @Json("SNI") String sni) {}
