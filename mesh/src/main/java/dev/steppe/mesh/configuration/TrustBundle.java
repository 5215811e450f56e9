package dev.steppe.mesh.configuration;

import java.util.List;

/** The roots (one PEM each) that may vouch for identities of the trust domain; several while a root is rotated. */
public record TrustBundle(String trustDomain, List<String> rootsPem) {
    public TrustBundle {
        rootsPem = List.copyOf(rootsPem);
        if (rootsPem.isEmpty()) {
            throw new IllegalArgumentException("trust domain " + trustDomain + " has no root certificate");
        }
    }
}
