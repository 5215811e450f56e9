package dev.steppe.security.certificate;

import dev.steppe.security.identity.TrustDomain;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The roots a verifier trusts: one active, and earlier ones until no leaf of theirs can be alive. Changing it gives a new
 * bundle.
 */
public record TrustBundle(TrustDomain trustDomain, List<Root> roots) {
    public TrustBundle {
        roots = List.copyOf(roots);
        long active = roots.stream().filter(Root::active).count();
        if (active != 1) {
            throw new IllegalArgumentException("the trust bundle of " + trustDomain + " has " + active + " active roots, not one");
        }
    }

    /** The bundle of a cluster's first root. */
    public static TrustBundle of(CertificateAuthority authority) {
        return new TrustBundle(authority.trustDomain(), List.of(authority.root()));
    }

    public Root active() {
        return roots.stream().filter(Root::active).findFirst().orElseThrow();
    }

    /** All roots as one PEM text, the active one first. */
    public String pem() {
        StringBuilder pem = new StringBuilder(active().certificatePem());
        roots.stream().filter(root -> !root.active()).forEach(root -> pem.append(root.certificatePem()));
        return pem.toString();
    }

    /**
     * Makes the next authority the active one. The present one vouches for it, so that verifiers that have not heard of
     * the new root accept its leaves.
     */
    public TrustBundle rotate(CertificateAuthority present, CertificateAuthority next, Instant now, SecureRandom random) {
        if (!present.root().id().equals(active().id())) {
            throw new IllegalArgumentException("root " + present.root().id() + " is not the active one, " + active().id() + " is");
        }
        if (!next.trustDomain().equals(trustDomain)) {
            throw new IllegalArgumentException("the next root is of " + next.trustDomain() + ", not of " + trustDomain);
        }
        List<Root> rotated = new ArrayList<>();
        rotated.add(next.root().withIntermediate(present.crossSign(next.root(), now, random)));
        roots.forEach(root -> rotated.add(root.active() ? root.rotatedOut(now) : root));
        return new TrustBundle(trustDomain, rotated);
    }

    /** Drops the roots that were rotated out more than two leaf lives ago. */
    public TrustBundle prune(Instant now, Duration leafTtl) {
        Instant limit = now.minus(leafTtl.multipliedBy(2));
        return new TrustBundle(
                trustDomain,
                roots.stream().filter(root -> root.rotatedOutAt().map(limit::isBefore).orElse(true)).toList());
    }
}
