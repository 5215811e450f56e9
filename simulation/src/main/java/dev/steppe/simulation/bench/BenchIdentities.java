package dev.steppe.simulation.bench;

import dev.steppe.mesh.configuration.Leaf;
import dev.steppe.mesh.configuration.PrivateKeyPem;
import dev.steppe.mesh.configuration.SpiffeId;
import dev.steppe.mesh.configuration.TrustBundle;
import dev.steppe.security.certificate.AuthoritySettings;
import dev.steppe.security.certificate.CertificateAuthority;
import dev.steppe.security.certificate.LeafRequest;
import dev.steppe.security.identity.IdentityRefused;
import dev.steppe.security.identity.TrustDomain;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Identities of a mesh that exists for one benchmark, from the real authority. */
final class BenchIdentities {
    private final SecureRandom random = new SecureRandom();
    private final TrustDomain domain = TrustDomain.ofCluster(new UUID(random.nextLong(), random.nextLong()));
    private final CertificateAuthority authority =
            CertificateAuthority.create(domain, AuthoritySettings.standard(), Instant.now(), random);

    TrustBundle trust() {
        return new TrustBundle(domain.name(), List.of(rootPem()));
    }

    String rootPem() {
        return authority.root().certificatePem();
    }

    SpiffeId id(String service) {
        return SpiffeId.of(domain.name(), "dc1", service);
    }

    Leaf leaf(String service) throws IdentityRefused {
        var identity = new dev.steppe.security.identity.SpiffeId.Service(domain, "default", "dc1", service);
        var request = LeafRequest.create(identity, random);
        var credential = request.accept(authority.sign(request.der(), identity, Instant.now(), random));
        return new Leaf(
                id(service),
                credential.leaf().pem(),
                new PrivateKeyPem(credential.privateKeyPem().revealText()));
    }
}
