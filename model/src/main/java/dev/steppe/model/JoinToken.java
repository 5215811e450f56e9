package dev.steppe.model;

import dev.steppe.model.codec.Rfc3339;
import java.time.Instant;

/**
 * What the servers know of a token that lets agents join: never the secret itself.
 *
 * @param digest the SHA-256 of its secret, in hex
 * @param server whether the agent that joins becomes a server, or a client only
 * @param usesLeft how many agents may still join with it
 * @param region whether it is no agent that joins but another region
 */
public record JoinToken(
        String digest,
        boolean server,
        @Rfc3339 Instant expires,
        int usesLeft,
        @Rfc3339 Instant createTime,
        boolean region) {

    /** The same after another agent joined with it. */
    public JoinToken used() {
        return new JoinToken(digest, server, expires, usesLeft - 1, createTime, region);
    }
}
