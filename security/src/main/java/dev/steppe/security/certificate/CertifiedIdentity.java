package dev.steppe.security.certificate;

import dev.steppe.security.identity.IdentityRefused;
import dev.steppe.security.identity.IdentityRefused.Reason;
import dev.steppe.security.identity.SpiffeId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The identity that a certificate proves; whether the certificate itself is trusted is for its chain to tell. */
public final class CertifiedIdentity {
    private static final Integer URI_NAME = 6;

    private CertifiedIdentity() {}

    /** Reads the one SPIFFE URI of a certificate and refuses a certificate that has none or several URIs. */
    public static SpiffeId read(X509Certificate certificate) throws IdentityRefused {
        List<String> uris = new ArrayList<>();
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                for (List<?> name : names) {
                    if (URI_NAME.equals(name.get(0)) && name.get(1) instanceof String uri) {
                        uris.add(uri);
                    }
                }
            }
        } catch (CertificateParsingException e) {
            throw new IdentityRefused(
                    Reason.NOT_AN_IDENTITY, "the certificate's names cannot be read: " + e.getMessage());
        }
        if (uris.size() != 1) {
            throw new IdentityRefused(
                    Reason.NOT_AN_IDENTITY,
                    "the certificate has " + uris.size() + " URI names; exactly one is expected");
        }
        return SpiffeId.parse(uris.getFirst());
    }
}
