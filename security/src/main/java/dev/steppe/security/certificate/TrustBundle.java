package dev.steppe.security.certificate;

import dev.steppe.model.AuthorityRoot;
import dev.steppe.security.identity.IdentityRefused;
import dev.steppe.security.identity.TrustDomain;
import java.util.ArrayList;
import java.util.List;

/** The roots a verifier trusts: one active, first in the list, and earlier ones as long as leaves of theirs are alive. */
public record TrustBundle(TrustDomain trustDomain, List<Root> roots) {
    public TrustBundle {
        roots = List.copyOf(roots);
        long active = roots.stream().filter(Root::active).count();
        if (active != 1 || !roots.getFirst().active()) {
            throw new IllegalArgumentException("the trust bundle of " + trustDomain + " has " + active
                    + " active roots; it must have one, and that first");
        }
    }

    /** The bundle of all stored roots, of which one must be active. */
    public static TrustBundle of(Iterable<AuthorityRoot> stored) {
        List<Root> roots = new ArrayList<>();
        for (AuthorityRoot each : stored) {
            Root root = Root.of(each);
            roots.add(root.active() ? 0 : roots.size(), root);
        }
        if (roots.isEmpty()) {
            throw new IllegalArgumentException("a trust bundle needs at least one root");
        }
        try {
            return new TrustBundle(
                    CertifiedIdentity.read(roots.getFirst().certificate()).trustDomain(), roots);
        } catch (IdentityRefused e) {
            throw new IllegalArgumentException("the active root cannot be used: " + e.getMessage(), e);
        }
    }

    public Root active() {
        return roots.getFirst();
    }

    /** All roots as one PEM text, the active one first. */
    public String pem() {
        StringBuilder pem = new StringBuilder();
        roots.forEach(root -> pem.append(root.certificatePem()));
        return pem.toString();
    }
}
