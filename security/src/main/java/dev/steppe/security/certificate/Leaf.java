package dev.steppe.security.certificate;

import dev.steppe.security.identity.IdentityRefused;
import dev.steppe.security.identity.SpiffeId;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A certificate that proves an identity, without its key. All parts are read from the certificate, so the PEM text is
 * all that must be sent or stored.
 *
 * @param authorityKeyId the {@link Root#signingKeyId} of the root that signed it
 * @param pem the certificate, followed by intermediates if there are any
 */
public record Leaf(
        SpiffeId id, String serialNumber, String authorityKeyId, Instant notBefore, Instant notAfter, String pem) {

    /** Reads a leaf from its PEM text; the first certificate is the leaf, the others are intermediates. */
    public static Leaf read(String pem) {
        X509Certificate certificate = chain(pem).getFirst();
        try {
            return new Leaf(
                    CertifiedIdentity.read(certificate),
                    Root.serialNumber(certificate),
                    CertificateExtensions.authorityKeyId(certificate),
                    certificate.getNotBefore().toInstant(),
                    certificate.getNotAfter().toInstant(),
                    pem);
        } catch (CertificateException | IdentityRefused e) {
            throw new IllegalArgumentException("the leaf certificate cannot be used: " + e.getMessage(), e);
        }
    }

    /** The leaf and its intermediates as the JDK's validator wants them. */
    public List<X509Certificate> chain() {
        return chain(pem);
    }

    private static List<X509Certificate> chain(String pem) {
        try {
            List<X509Certificate> chain = Pem.certificates(pem);
            if (chain.isEmpty()) {
                throw new IllegalArgumentException("the leaf's text contains no certificate");
            }
            return chain;
        } catch (CertificateException e) {
            throw new IllegalArgumentException("the leaf certificate cannot be read: " + e.getMessage(), e);
        }
    }
}
