package dev.steppe.security.certificate;

import dev.steppe.security.Secret;
import dev.steppe.security.identity.IdentityRefused;
import dev.steppe.security.identity.IdentityRefused.Reason;
import dev.steppe.security.identity.SpiffeId;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * A node's wish for a certificate: a fresh P-256 key, which stays here, and the signed request that goes to the
 * authority. Immutable.
 */
public final class LeafRequest {
    private final SpiffeId id;
    private final byte[] der;
    private final PublicKey publicKey;
    private final Secret privateKeyPem;

    private LeafRequest(SpiffeId id, byte[] der, PublicKey publicKey, Secret privateKeyPem) {
        this.id = id;
        this.der = der;
        this.publicKey = publicKey;
        this.privateKeyPem = privateKeyPem;
    }

    /** Makes the key and signs the request with it. */
    public static LeafRequest create(SpiffeId id, SecureRandom random) {
        try {
            KeyPair pair = KeyPairs.create(random);
            Extension name = CertificateExtensions.extension(
                    Extension.subjectAlternativeName, true, CertificateExtensions.uriName(id.text()));
            Attribute wish =
                    new Attribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, new DERSet(new Extensions(name)));
            CertificationRequestInfo content = new CertificationRequestInfo(
                    new X500Name(new RDN[0]),
                    SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()),
                    new DERSet(wish));
            byte[] der = CertificateWriter.signed(content, pair.getPrivate(), random);
            return new LeafRequest(
                    id,
                    der,
                    pair.getPublic(),
                    Pem.ofPrivateKey(pair.getPrivate().getEncoded()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a signing request for " + id + " cannot be made", e);
        }
    }

    public SpiffeId id() {
        return id;
    }

    /** The request to send: PKCS#10, DER. */
    public byte[] der() {
        return der.clone();
    }

    /** Joins the key with the certificate that came back; refuses one for another key or another identity. */
    public LeafCredential accept(Leaf leaf) throws IdentityRefused {
        if (!leaf.id().equals(id)) {
            throw new IdentityRefused(
                    Reason.OTHER_IDENTITY, "the certificate is for " + leaf.id() + "; requested was " + id);
        }
        if (!leaf.chain().getFirst().getPublicKey().equals(publicKey)) {
            throw new IdentityRefused(
                    Reason.OTHER_IDENTITY, "the certificate for " + id + " carries another key than requested");
        }
        return new LeafCredential(leaf, privateKeyPem);
    }

    @Override
    public String toString() {
        return "LeafRequest(" + id + ")";
    }
}
