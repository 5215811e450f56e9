package dev.steppe.security.identity;

import java.util.UUID;

/**
 * The name under which one certificate authority vouches for identities: lower-case letters, digits, dots, dashes and
 * underscores, at most 255 characters, as SPIFFE defines it.
 */
public record TrustDomain(String name) {
    private static final int LENGTH_MAX = 255;

    public TrustDomain {
        if (name.isEmpty() || name.length() > LENGTH_MAX) {
            throw new IllegalArgumentException("trust domain \"" + Segment.printable(name) + "\" has " + name.length()
                    + " characters; 1 to " + LENGTH_MAX + " are allowed");
        }
        for (int i = 0; i < name.length(); i++) {
            if (!allowed(name.charAt(i))) {
                throw new IllegalArgumentException("trust domain \"" + Segment.printable(name) + "\" contains '"
                        + Segment.printable(name.substring(i, i + 1))
                        + "'; use lower-case letters, digits, '.', '-' and '_'");
            }
        }
    }

    /** The trust domain of a cluster, {@code <cluster id>.consul}, whatever its DNS domain is. */
    public static TrustDomain ofCluster(UUID cluster) {
        return new TrustDomain(cluster + ".consul");
    }

    private static boolean allowed(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    }

    @Override
    public String toString() {
        return name;
    }
}
