package dev.steppe.security.certificate;

import dev.steppe.security.Secret;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * An agent's wish for a certificate: a fresh P-256 key, which stays here, and a request for it without any name.
 * Immutable.
 */
public final class AgentRequest {
    private final byte[] der;
    private final PublicKey publicKey;
    private final Secret privateKeyPem;

    private AgentRequest(byte[] der, PublicKey publicKey, Secret privateKeyPem) {
        this.der = der;
        this.publicKey = publicKey;
        this.privateKeyPem = privateKeyPem;
    }

    /** Makes the key and signs the request with it. */
    public static AgentRequest create(SecureRandom random) {
        try {
            KeyPair pair = KeyPairs.create(random);
            CertificationRequestInfo content = new CertificationRequestInfo(
                    new X500Name(new RDN[0]),
                    SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()),
                    new DERSet());
            return new AgentRequest(
                    CertificateWriter.signed(content, pair.getPrivate(), random),
                    pair.getPublic(),
                    Pem.ofPrivateKey(pair.getPrivate().getEncoded()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a signing request of an agent cannot be made", e);
        }
    }

    /** The request to send: PKCS#10, DER. */
    public byte[] der() {
        return der.clone();
    }

    /** The key in PEM, to be kept where only the agent reads it. */
    public Secret privateKeyPem() {
        return privateKeyPem;
    }

    /** True for a certificate of this request's key. */
    public boolean isFor(X509Certificate certificate) {
        return certificate.getPublicKey().equals(publicKey);
    }

    @Override
    public String toString() {
        return "AgentRequest";
    }
}
