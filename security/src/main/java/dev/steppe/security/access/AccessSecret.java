package dev.steppe.security.access;

import dev.steppe.security.Secret;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What of the secret of a token may be kept and sent. */
public final class AccessSecret {
    private AccessSecret() {}

    /** The SHA-256 of a secret in hex. Secrets are random, so that nobody finds one by trying. */
    public static String digestOf(Secret secret) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret.reveal()));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has SHA-256", missing);
        }
    }
}
