package dev.steppe.security.certificate;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;

/** Keys of certificates. */
public final class KeyPairs {
    private static final String CURVE = "secp256r1";
    private static final byte[] PROBE = "do these two belong together".getBytes(StandardCharsets.US_ASCII);

    private KeyPairs() {}

    /** A fresh P-256 key. */
    static KeyPair create(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(CURVE), random);
        return generator.generateKeyPair();
    }

    /** True when a signature made with the key holds before the certificate. */
    public static boolean belong(X509Certificate certificate, PrivateKey key, SecureRandom random)
            throws GeneralSecurityException {
        if (!certificate.getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        Signature signature =
                Signature.getInstance(CertificateWriter.Algorithm.of(key).word());
        signature.initSign(key, random);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(PROBE);
        return signature.verify(signed);
    }
}
