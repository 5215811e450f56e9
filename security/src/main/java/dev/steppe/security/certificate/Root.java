package dev.steppe.security.certificate;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The public part of a certificate authority, as verifiers and the API see it. Identifiers and serial numbers are pairs
 * of hex digits joined by colons.
 *
 * @param id digest of the certificate
 * @param name the subject's common name
 * @param signingKeyId what leaves signed by this root carry as the identifier of their authority's key
 * @param intermediatesPem this root signed by earlier ones, for verifiers that know only those
 * @param active whether new leaves are signed by it; of a bundle exactly one is
 * @param rotatedOutAt when another root became the active one
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
        boolean active,
        Optional<Instant> rotatedOutAt) {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    public Root {
        intermediatesPem = List.copyOf(intermediatesPem);
        if (active && rotatedOutAt.isPresent()) {
            throw new IllegalArgumentException("root " + id + " is active, so it cannot have been rotated out");
        }
    }

    /** Reads a root from its PEM text; it is active and has no intermediates. */
    public static Root read(String certificatePem) {
        try {
            List<X509Certificate> certificates = Pem.certificates(certificatePem);
            if (certificates.size() != 1) {
                throw new IllegalArgumentException("expected one root certificate, found " + certificates.size());
            }
            X509Certificate certificate = certificates.getFirst();
            return new Root(
                    digest(certificate),
                    CertificateExtensions.commonName(certificate),
                    serialNumber(certificate),
                    CertificateExtensions.subjectKeyId(certificate),
                    certificate.getNotBefore().toInstant(),
                    certificate.getNotAfter().toInstant(),
                    certificatePem,
                    List.of(),
                    true,
                    Optional.empty());
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
        return new Root(
                id, name, serialNumber, signingKeyId, notBefore, notAfter, certificatePem, all, active, rotatedOutAt);
    }

    Root rotatedOut(Instant now) {
        return new Root(
                id, name, serialNumber, signingKeyId, notBefore, notAfter, certificatePem, intermediatesPem, false, Optional.of(now));
    }

    static String serialNumber(X509Certificate certificate) {
        return COLONS.formatHex(certificate.getSerialNumber().toByteArray());
    }

    static String hex(byte[] bytes) {
        return COLONS.formatHex(bytes);
    }

    private static String digest(X509Certificate certificate) throws CertificateEncodingException {
        try {
            return COLONS.formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
