package dev.steppe.security.certificate;

import dev.steppe.security.Secret;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Reads certificates and keys as operators have them in files: PKCS#8, and the older forms of EC and RSA keys. */
public final class PemText {
    private PemText() {}

    /** Every certificate of a text, in its order; at least one. */
    public static List<X509Certificate> certificates(String pem) throws CertificateException {
        List<X509Certificate> found = Pem.certificates(pem);
        if (found.isEmpty()) {
            throw new CertificateException("there is no CERTIFICATE block in it");
        }
        return found;
    }

    /** The text of certificates. */
    public static String of(List<X509Certificate> certificates) throws CertificateException {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            text.append(Pem.ofCertificate(certificate.getEncoded()));
        }
        return text.toString();
    }

    /** The one private key of a text. */
    public static PrivateKey privateKey(Secret pem) throws GeneralSecurityException {
        String text = pem.revealText();
        try {
            if (text.contains("-----BEGIN EC PRIVATE KEY-----")) {
                ECPrivateKey key = ECPrivateKey.getInstance(one("EC PRIVATE KEY", text));
                return pkcs8(new PrivateKeyInfo(
                        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject()), key));
            }
            if (text.contains("-----BEGIN RSA PRIVATE KEY-----")) {
                RSAPrivateKey key = RSAPrivateKey.getInstance(one("RSA PRIVATE KEY", text));
                return pkcs8(new PrivateKeyInfo(
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE), key));
            }
            if (text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")) {
                throw new GeneralSecurityException("it is protected by a password; keep it without one, mode 0600");
            }
            return pkcs8(PrivateKeyInfo.getInstance(Pem.privateKey(pem)));
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            throw new GeneralSecurityException("it cannot be decoded", e);
        }
    }

    private static byte[] one(String label, String text) throws GeneralSecurityException {
        List<byte[]> blocks = Pem.blocks(label, text);
        if (blocks.size() != 1) {
            throw new GeneralSecurityException("expected one " + label + " block, found " + blocks.size());
        }
        return blocks.getFirst();
    }

    private static PrivateKey pkcs8(PrivateKeyInfo info) throws GeneralSecurityException, IOException {
        boolean elliptic = info.getPrivateKeyAlgorithm().getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey);
        return KeyFactory.getInstance(elliptic ? "EC" : "RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
    }
}
