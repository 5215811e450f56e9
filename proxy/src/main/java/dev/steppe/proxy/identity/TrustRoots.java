package dev.steppe.proxy.identity;

import dev.steppe.mesh.configuration.SpiffeId;
import dev.steppe.mesh.configuration.TrustBundle;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides whether a certificate chain is an identity of the mesh. What was verified once is remembered until it expires,
 * because the signature check in Java costs more than the rest of a handshake. Safe for use from any thread.
 */
final class TrustRoots {
    private static final int REMEMBERED_MAX = 4_096;
    private static final int URI_NAME = 6;
    private static final int CHAIN_MAX = 8;

    private final String trustDomain;
    private final Set<TrustAnchor> anchors = new HashSet<>();
    private final Map<ByteBuffer, Verified> remembered = new LinkedHashMap<>();

    TrustRoots(TrustBundle bundle) throws CertificateException {
        this.trustDomain = bundle.trustDomain();
        for (String pem : bundle.rootsPem()) {
            for (X509Certificate root : Pem.certificates(pem)) {
                anchors.add(new TrustAnchor(root, null));
            }
        }
    }

    /** Who the chain belongs to; throws with the reason if it belongs to nobody of this mesh. */
    SpiffeId verify(X509Certificate[] chain, PeerRole role, Instant now) throws CertificateException {
        if (chain.length == 0 || chain.length > CHAIN_MAX) {
            throw new CertificateException("the peer shows " + chain.length + " certificates");
        }
        var key = ByteBuffer.wrap(chain[0].getEncoded());
        Verified known;
        synchronized (remembered) {
            known = remembered.get(key);
        }
        if (known == null || now.isAfter(known.until)) {
            known = verifyChain(chain);
            synchronized (remembered) {
                if (remembered.size() >= REMEMBERED_MAX) {
                    remembered.remove(remembered.keySet().iterator().next());
                }
                remembered.put(key, known);
            }
        }
        if (!known.usages.isEmpty() && !known.usages.contains(role.keyPurpose())) {
            throw new CertificateException(
                    "the certificate of " + known.identity + " is not meant for a " + role.word());
        }
        return known.identity;
    }

    private Verified verifyChain(X509Certificate[] chain) throws CertificateException {
        X509Certificate leaf = chain[0];
        SpiffeId identity = identityOf(leaf);
        if (!identity.trustDomain().equals(trustDomain)) {
            throw new CertificateException(identity + " is not of the trust domain " + trustDomain);
        }
        if (leaf.getBasicConstraints() != -1) {
            throw new CertificateException(
                    "the certificate of " + identity + " is one of an authority, not of a service");
        }
        var path = new ArrayList<X509Certificate>();
        for (X509Certificate certificate : chain) {
            if (anchors.stream().noneMatch(anchor -> certificate.equals(anchor.getTrustedCert()))) {
                path.add(certificate);
            }
        }
        if (path.isEmpty()) {
            throw new CertificateException("the peer of " + identity + " shows a root as its own certificate");
        }
        try {
            validate(path);
        } catch (GeneralSecurityException refused) {
            throw new CertificateException(
                    "no root of " + trustDomain + " vouches for the certificate of " + identity + " issued by '"
                            + leaf.getIssuerX500Principal() + "': " + refused.getMessage(),
                    refused);
        }
        Instant until = leaf.getNotAfter().toInstant();
        for (X509Certificate certificate : chain) {
            Instant end = certificate.getNotAfter().toInstant();
            until = end.isBefore(until) ? end : until;
        }
        List<String> usages = leaf.getExtendedKeyUsage();
        return new Verified(identity, usages == null ? List.of() : usages, until);
    }

    /**
     * The shortest part of the chain that a root vouches for decides: while a root is rotated a peer also shows the old root's
     * word for the new one, which is of no use to those who already trust the new one only.
     */
    private void validate(List<X509Certificate> path) throws GeneralSecurityException {
        var parameters = new PKIXParameters(anchors);
        parameters.setRevocationEnabled(false);
        var factory = CertificateFactory.getInstance("X.509");
        var validator = CertPathValidator.getInstance("PKIX");
        for (int length = 1; ; length++) {
            try {
                validator.validate(factory.generateCertPath(path.subList(0, length)), parameters);
                return;
            } catch (CertPathValidatorException refused) {
                if (length >= path.size()) {
                    throw refused;
                }
            }
        }
    }

    /** The SPIFFE id is the one URI among the alternative names; two would be ambiguous. */
    private static SpiffeId identityOf(X509Certificate leaf) throws CertificateException {
        var uris = new ArrayList<String>();
        var names = leaf.getSubjectAlternativeNames();
        if (names != null) {
            for (List<?> name : names) {
                if (name.get(0) instanceof Integer kind && kind == URI_NAME && name.get(1) instanceof String uri) {
                    uris.add(uri);
                }
            }
        }
        if (uris.size() != 1) {
            throw new CertificateException("the certificate '" + leaf.getSubjectX500Principal() + "' has " + uris.size()
                    + " URI names, an identity has one");
        }
        return SpiffeId.parse(uris.get(0))
                .orElseThrow(() -> new CertificateException("'" + uris.get(0) + "' is no identity of a service"));
    }

    private record Verified(SpiffeId identity, List<String> usages, Instant until) {}
}
