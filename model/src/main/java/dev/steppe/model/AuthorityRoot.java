package dev.steppe.model;

import dev.steppe.model.codec.Json;
import dev.steppe.model.codec.Rfc3339;
import java.time.Instant;

/**
 * A root of the built-in certificate authority. The private key is text of secret content: it never leaves the
 * servers.
 */
public record AuthorityRoot(
        @Json("ID") String id,
        String name,
        String certificatePem,
        String privateKeyPem,
        @Rfc3339 Instant notBefore,
        @Rfc3339 Instant notAfter,
        boolean active) {

    @Override
    public String toString() {
        return "AuthorityRoot[" + id + ", active=" + active + "]";
    }
}
