package dev.steppe.security.certificate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long certificates live. The constructor refuses what makes no sense at all; {@link #problems} tells what an
 * operator may not configure.
 *
 * @param rootTtl life of a new root
 * @param leafTtl life of a new leaf, counted from its start
 * @param clockSkew how far before the moment of signing a certificate begins, so that a verifier whose clock is behind
 *     accepts it
 */
public record AuthoritySettings(Duration rootTtl, Duration leafTtl, Duration clockSkew) {
    private static final Duration LEAF_TTL_MIN = Duration.ofHours(1);
    private static final Duration LEAF_TTL_MAX = Duration.ofHours(8760);

    public AuthoritySettings {
        positive("root_cert_ttl", rootTtl);
        positive("leaf_cert_ttl", leafTtl);
        if (clockSkew.isNegative() || clockSkew.compareTo(leafTtl) >= 0) {
            throw new IllegalArgumentException(
                    "clock skew " + clockSkew + " must be from 0 to less than leaf_cert_ttl " + leafTtl);
        }
    }

    /** Ten years for a root, 72 hours for a leaf, one minute of skew. */
    public static AuthoritySettings standard() {
        return new AuthoritySettings(Duration.ofHours(87600), Duration.ofHours(72), Duration.ofMinutes(1));
    }

    /** Everything an operator must correct before these settings may be used; empty when all is well. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (leafTtl.compareTo(LEAF_TTL_MIN) < 0 || leafTtl.compareTo(LEAF_TTL_MAX) > 0) {
            problems.add("leaf_cert_ttl is " + leafTtl + "; use 1h to 8760h");
        }
        if (rootTtl.compareTo(leafTtl.multipliedBy(3)) < 0) {
            problems.add("root_cert_ttl is " + rootTtl + "; use at least three times leaf_cert_ttl (" + leafTtl + ")");
        }
        return problems;
    }

    private static void positive(String what, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(what + " is " + value + "; it must be positive");
        }
    }
}
