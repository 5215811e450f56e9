package dev.steppe.security.certificate;

import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.Sha256;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The public part of a certificate authority, as verifiers and the API see it. Identifiers and serial numbers are pairs
 * of hex digits joined by colons.
 *
 * @param id digest of the certificate
 * @param name the subject's common name
 * @param signingKeyId what leaves signed by this root carry as the identifier of their authority's key
 * @param intermediatesPem this root signed by earlier ones, for verifiers that know only those
 * @param active whether new leaves are signed by it; of a bundle exactly one is
 */
public record Root(
        String id,
        String name,
        String serialNumber,
        String signingKeyId,
        Instant notBefore,
        Instant notAfter,
        String certificatePem,
        List<String> intermediatesPem,
        boolean active) {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    public Root {
        intermediatesPem = List.copyOf(intermediatesPem);
    }

    /** What verifiers see of a stored root. */
    public static Root of(AuthorityRoot stored) {
        Root root = read(stored.certificatePem());
        return new Root(
                root.id,
                root.name,
                root.serialNumber,
                root.signingKeyId,
                root.notBefore,
                root.notAfter,
                root.certificatePem,
                root.intermediatesPem,
                stored.active());
    }

    /** Reads an active root from PEM text: the root itself, then its intermediates. */
    public static Root read(String pem) {
        try {
            List<X509Certificate> certificates = Pem.certificates(pem);
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException("the root's text contains no certificate");
            }
            X509Certificate certificate = certificates.getFirst();
            List<String> intermediates = new ArrayList<>();
            for (X509Certificate intermediate : certificates.subList(1, certificates.size())) {
                intermediates.add(Pem.ofCertificate(intermediate.getEncoded()));
            }
            return new Root(
                    digest(certificate),
                    CertificateExtensions.commonName(certificate),
                    serialNumber(certificate),
                    CertificateExtensions.subjectKeyId(certificate),
                    certificate.getNotBefore().toInstant(),
                    certificate.getNotAfter().toInstant(),
                    Pem.ofCertificate(certificate.getEncoded()),
                    intermediates,
                    true);
        } catch (CertificateException e) {
            throw new IllegalArgumentException("the root certificate cannot be read: " + e.getMessage(), e);
        }
    }

    /** The parsed certificate, as the JDK's validator wants it. */
    public X509Certificate certificate() {
        try {
            return Pem.certificates(certificatePem).getFirst();
        } catch (CertificateException e) {
            throw new IllegalStateException("root " + id + " was read before and cannot be read again", e);
        }
    }

    Root withIntermediate(String pem) {
        List<String> all = new ArrayList<>(intermediatesPem);
        all.add(pem);
        return new Root(id, name, serialNumber, signingKeyId, notBefore, notAfter, certificatePem, all, active);
    }

    static String serialNumber(X509Certificate certificate) {
        return COLONS.formatHex(certificate.getSerialNumber().toByteArray());
    }

    static String hex(byte[] bytes) {
        return COLONS.formatHex(bytes);
    }

    private static String digest(X509Certificate certificate) throws CertificateEncodingException {
        return hex(Sha256.of(certificate.getEncoded()));
    }
}
