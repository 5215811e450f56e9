package dev.steppe.wire.network;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * What an agent proves who it is with, and whom it believes.
 *
 * @param chain its certificate, then those that lead to a root
 * @param roots the authorities whose certificates it accepts
 */
public record Credentials(List<X509Certificate> chain, PrivateKey key, List<X509Certificate> roots) {
    public Credentials {
        chain = List.copyOf(chain);
        roots = List.copyOf(roots);
        if (chain.isEmpty() || roots.isEmpty()) {
            throw new IllegalArgumentException("an agent needs a certificate and an authority to believe");
        }
    }

    /** The agent's own certificate. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    public Instant notBefore() {
        return certificate().getNotBefore().toInstant();
    }

    public Instant notAfter() {
        return certificate().getNotAfter().toInstant();
    }

    @Override
    public String toString() {
        return "Credentials[until=" + notAfter() + "]";
    }
}
