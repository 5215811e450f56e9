package dev.steppe.model;

import dev.steppe.model.codec.Json;
import dev.steppe.model.codec.Rfc3339;
import java.time.Instant;

/**
 * What the servers know of a token that may do everything in the region: never the secret itself.
 *
 * @param accessorId its name, which is no secret
 * @param digest the SHA-256 of its secret, in hex
 */
public record AccessToken(
        @Json("AccessorID") String accessorId,
        String name,
        String digest,
        @Rfc3339 Instant createTime,
        long createIndex) {

    /** The same as it is in the state from that index on. */
    public AccessToken written(long index) {
        return new AccessToken(accessorId, name, digest, createTime, index);
    }
}
