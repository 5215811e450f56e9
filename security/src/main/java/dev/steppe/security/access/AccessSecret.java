package dev.steppe.security.access;

import dev.steppe.model.Sha256;
import dev.steppe.security.Secret;

/** What of the secret of a token may be kept and sent. */
public final class AccessSecret {
    private AccessSecret() {}

    /** The SHA-256 of a secret in hex. Secrets are random, so that nobody finds one by trying. */
    public static String digestOf(Secret secret) {
        return Sha256.hex(secret.reveal());
    }
}
