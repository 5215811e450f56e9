package dev.steppe.security.certificate;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;

/** The extensions that certificates of the mesh carry, written as one encoded list, and read. */
final class CertificateExtensions {
    static final int URI_NAME = 6;
    private static final int KEY_ID_LENGTH = 20;
    private static final int DIGITAL_SIGNATURE = 0x80;
    private static final int KEY_AGREEMENT = 0x08;
    private static final int SIGN_CERTIFICATES = 0x04;
    private static final int SIGN_REVOCATIONS = 0x02;

    private CertificateExtensions() {}

    /** A root may sign leaves and, when it is replaced, its successor; only identities of its own trust domain count. */
    static byte[] ofRoot(String uri, String trustDomain, byte[] publicKey) {
        return ofAuthority(Der.sequence(Der.yes()), uri, trustDomain, publicKey, publicKey);
    }

    /** A successor signed by its predecessor may sign leaves, but no further authority. */
    static byte[] ofCrossSigned(String uri, String trustDomain, byte[] publicKey, byte[] authorityPublicKey) {
        byte[] constraints = Der.sequence(Der.yes(), Der.integer(BigInteger.ZERO));
        return ofAuthority(constraints, uri, trustDomain, publicKey, authorityPublicKey);
    }

    private static byte[] ofAuthority(
            byte[] constraints, String uri, String trustDomain, byte[] publicKey, byte[] authorityPublicKey) {
        byte[] ownDomain = Der.sequence(Der.tagged(0, Der.sequence(name(trustDomain))));
        return Der.sequence(
                critical(Oids.BASIC_CONSTRAINTS, constraints),
                critical(Oids.KEY_USAGE, Der.namedBits(SIGN_CERTIFICATES | SIGN_REVOCATIONS | DIGITAL_SIGNATURE)),
                extension(Oids.SUBJECT_ALTERNATIVE_NAME, Der.sequence(name(uri))),
                critical(Oids.NAME_CONSTRAINTS, ownDomain),
                extension(Oids.SUBJECT_KEY_ID, Der.octets(keyId(publicKey))),
                extension(Oids.AUTHORITY_KEY_ID, Der.sequence(Der.taggedBytes(0, keyId(authorityPublicKey)))));
    }

    /** A leaf proves an identity as client and as server. Its subject is empty, so the name must be critical. */
    static byte[] ofLeaf(String uri, byte[] publicKey, byte[] authorityPublicKey) {
        byte[] both =
                Der.sequence(Der.identifier(Oids.CLIENT_AUTHENTICATION), Der.identifier(Oids.SERVER_AUTHENTICATION));
        return Der.sequence(
                critical(Oids.BASIC_CONSTRAINTS, Der.sequence()),
                critical(Oids.KEY_USAGE, Der.namedBits(DIGITAL_SIGNATURE | KEY_AGREEMENT)),
                extension(Oids.EXTENDED_KEY_USAGE, both),
                uriName(uri),
                extension(Oids.SUBJECT_KEY_ID, Der.octets(keyId(publicKey))),
                extension(Oids.AUTHORITY_KEY_ID, Der.sequence(Der.taggedBytes(0, keyId(authorityPublicKey)))));
    }

    /** The name of something that has no other name. */
    static byte[] uriName(String uri) {
        return critical(Oids.SUBJECT_ALTERNATIVE_NAME, Der.sequence(name(uri)));
    }

    static String subjectKeyId(X509Certificate certificate) throws CertificateException {
        try {
            return Root.hex(value(certificate, Oids.SUBJECT_KEY_ID).content(Der.OCTET_STRING));
        } catch (DerReader.Malformed e) {
            throw new CertificateException("the identifier of the certificate's key cannot be decoded", e);
        }
    }

    static String authorityKeyId(X509Certificate certificate) throws CertificateException {
        try {
            return Root.hex(
                    value(certificate, Oids.AUTHORITY_KEY_ID).open(Der.SEQUENCE).content(0x80));
        } catch (DerReader.Malformed e) {
            throw new CertificateException("the certificate does not name its authority's key", e);
        }
    }

    /** The first 20 bytes of the digest of the encoded public key. */
    private static byte[] keyId(byte[] publicKey) {
        try {
            return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(publicKey), KEY_ID_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static DerReader value(X509Certificate certificate, String id) throws CertificateException {
        byte[] wrapped = Optional.ofNullable(certificate.getExtensionValue(id))
                .orElseThrow(() -> new CertificateException("the certificate has no extension " + id));
        try {
            return new DerReader(new DerReader(wrapped).content(Der.OCTET_STRING));
        } catch (DerReader.Malformed e) {
            throw new CertificateException("the extension " + id + " cannot be decoded", e);
        }
    }

    private static byte[] name(String uri) {
        return Der.taggedBytes(URI_NAME, uri.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] extension(String id, byte[] value) {
        return Der.sequence(Der.identifier(id), Der.octets(value));
    }

    private static byte[] critical(String id, byte[] value) {
        return Der.sequence(Der.identifier(id), Der.yes(), Der.octets(value));
    }
}
