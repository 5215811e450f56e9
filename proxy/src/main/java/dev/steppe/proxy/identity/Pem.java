package dev.steppe.proxy.identity;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/** Reads certificates and keys from PEM text. */
final class Pem {
    private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String KEY_END = "-----END PRIVATE KEY-----";

    private Pem() {}

    static List<X509Certificate> certificates(String pem) throws CertificateException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    /** An elliptic-curve or RSA key in PKCS#8; the algorithm is that of the certificate's public key. */
    static PrivateKey privateKey(String pem, String algorithm) throws GeneralSecurityException {
        int from = pem.indexOf(KEY_BEGIN);
        int to = pem.indexOf(KEY_END);
        if (from < 0 || to < from) {
            throw new InvalidKeySpecException("the private key is not PKCS#8 PEM");
        }
        byte[] der = Base64.getMimeDecoder().decode(pem.substring(from + KEY_BEGIN.length(), to));
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    }
}
