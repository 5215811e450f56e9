package dev.steppe.model;

import dev.steppe.model.codec.Json;
import dev.steppe.model.codec.Rfc3339;
import dev.steppe.model.data.Ciphertext;
import java.time.Instant;
import java.util.Optional;

/**
 * A root of the built-in certificate authority. Its private key never leaves the servers.
 *
 * @param privateKeyPem text of secret content; empty in the state, except where an earlier version wrote it
 * @param sealedKey the same, sealed under a key of the keyring
 */
public record AuthorityRoot(
        @Json("ID") String id,
        String name,
        String certificatePem,
        String privateKeyPem,
        @Rfc3339 Instant notBefore,
        @Rfc3339 Instant notAfter,
        boolean active,
        Optional<Ciphertext> sealedKey) {

    /** A root as it is made, with its key in clear. */
    public AuthorityRoot(
            String id,
            String name,
            String certificatePem,
            String privateKeyPem,
            Instant notBefore,
            Instant notAfter,
            boolean active) {
        this(id, name, certificatePem, privateKeyPem, notBefore, notAfter, active, Optional.empty());
    }

    /** The same with its key sealed and no more in clear. */
    public AuthorityRoot sealed(Ciphertext key) {
        return new AuthorityRoot(id, name, certificatePem, "", notBefore, notAfter, active, Optional.of(key));
    }

    /** The same with its key in clear, for memory only. */
    public AuthorityRoot opened(String keyPem) {
        return new AuthorityRoot(id, name, certificatePem, keyPem, notBefore, notAfter, active);
    }

    /** The same after another one took its place. */
    public AuthorityRoot inactive() {
        return new AuthorityRoot(id, name, certificatePem, privateKeyPem, notBefore, notAfter, false, sealedKey);
    }

    @Override
    public String toString() {
        return "AuthorityRoot[" + id + ", active=" + active + "]";
    }
}
