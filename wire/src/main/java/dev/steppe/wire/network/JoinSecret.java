package dev.steppe.wire.network;

import dev.steppe.model.Sha256;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;

/**
 * What a token to join with carries: a secret, and the fingerprint of the cluster's authority, so that the first
 * connection already knows whom it talks to. Never shown by {@link #toString}.
 */
public final class JoinSecret {
    private static final int SECRET_BYTES = 32;
    private static final int FINGERPRINT_BYTES = 32;
    private static final String PREFIX = "sj1_";

    private final byte[] secret;
    private final byte[] fingerprint;

    private JoinSecret(byte[] secret, byte[] fingerprint) {
        this.secret = secret;
        this.fingerprint = fingerprint;
    }

    /** A new secret for the cluster of this authority, whose certificate is given in PEM. */
    public static JoinSecret create(String authorityPem, SecureRandom random) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        String body = authorityPem
                .replaceAll("(?s)-----END CERTIFICATE-----.*", "")
                .replace("-----BEGIN CERTIFICATE-----", "");
        return new JoinSecret(secret, Sha256.of(Base64.getMimeDecoder().decode(body)));
    }

    /** Reads the text of a token; fails with what is wrong, and never with the text itself. */
    public static JoinSecret parse(String text) {
        try {
            if (text.startsWith(PREFIX)) {
                byte[] bytes = Base64.getUrlDecoder().decode(text.substring(PREFIX.length()));
                if (bytes.length == SECRET_BYTES + FINGERPRINT_BYTES) {
                    return new JoinSecret(
                            Arrays.copyOf(bytes, SECRET_BYTES), Arrays.copyOfRange(bytes, SECRET_BYTES, bytes.length));
                }
            }
        } catch (IllegalArgumentException notBase64) {
            // told below
        }
        throw new IllegalArgumentException(
                "what follows # is not a join token, or not all of it: steppe agent join-token prints one");
    }

    /** The text that is given to the operator of the new agent. */
    public String text() {
        byte[] both = Arrays.copyOf(secret, SECRET_BYTES + FINGERPRINT_BYTES);
        System.arraycopy(fingerprint, 0, both, SECRET_BYTES, FINGERPRINT_BYTES);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(both);
    }

    /** What the servers know of the secret. */
    public String digest() {
        return Sha256.hex(secret);
    }

    /** What the new agent sends. */
    public String secretText() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    /** The digest of what a new agent sent. */
    public static String digestOf(String secretText) {
        try {
            return Sha256.hex(Base64.getUrlDecoder().decode(secretText));
        } catch (IllegalArgumentException notBase64) {
            return Sha256.hex(secretText);
        }
    }

    /** True for the authority that the token was made for. */
    public boolean isOf(X509Certificate authority) {
        try {
            return MessageDigest.isEqual(fingerprint, Sha256.of(authority.getEncoded()));
        } catch (CertificateEncodingException unreadable) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "JoinSecret";
    }
}
