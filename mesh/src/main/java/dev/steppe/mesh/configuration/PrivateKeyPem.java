package dev.steppe.mesh.configuration;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A private key as PKCS#8 PEM. Its text leaves only through {@link #reveal()}; {@code toString} shows nothing of it. */
public final class PrivateKeyPem {
    private final String pem;

    public PrivateKeyPem(String pem) {
        if (!pem.contains("-----BEGIN PRIVATE KEY-----")) {
            throw new IllegalArgumentException("a private key has to be PKCS#8 PEM (BEGIN PRIVATE KEY)");
        }
        this.pem = pem;
    }

    /** The key itself, for the TLS library and for the file only the proxy may read. */
    public String reveal() {
        return pem;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PrivateKeyPem key
                && MessageDigest.isEqual(
                        pem.getBytes(StandardCharsets.UTF_8), key.pem.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int hashCode() {
        return pem.length();
    }

    @Override
    public String toString() {
        return "[private key]";
    }
}
