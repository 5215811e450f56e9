package dev.steppe.security.certificate;

import dev.steppe.model.Sha256;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;

/** The extensions that certificates of the mesh carry, written and read. */
final class CertificateExtensions {
    private static final int KEY_ID_LENGTH = 20;

    private CertificateExtensions() {}

    /** A root may sign leaves and, when it is replaced, its successor; only identities of its own trust domain count. */
    static List<Extension> ofRoot(String uri, String trustDomain, byte[] publicKey) throws IOException {
        return ofAuthority(new BasicConstraints(true), uri, trustDomain, publicKey, publicKey);
    }

    /** A successor signed by its predecessor may sign leaves, but no further authority. */
    static List<Extension> ofCrossSigned(String uri, String trustDomain, byte[] publicKey, byte[] authorityPublicKey)
            throws IOException {
        return ofAuthority(new BasicConstraints(0), uri, trustDomain, publicKey, authorityPublicKey);
    }

    private static List<Extension> ofAuthority(
            BasicConstraints constraints, String uri, String trustDomain, byte[] publicKey, byte[] authorityPublicKey)
            throws IOException {
        GeneralSubtree own = new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, trustDomain));
        return List.of(
                extension(Extension.basicConstraints, true, constraints),
                extension(
                        Extension.keyUsage,
                        true,
                        usage(KeyUsage.keyCertSign | KeyUsage.cRLSign | KeyUsage.digitalSignature)),
                extension(Extension.subjectAlternativeName, false, uriName(uri)),
                extension(Extension.nameConstraints, true, permitted(own)),
                extension(Extension.subjectKeyIdentifier, false, new DEROctetString(keyId(publicKey))),
                extension(
                        Extension.authorityKeyIdentifier,
                        false,
                        new AuthorityKeyIdentifier(keyId(authorityPublicKey))));
    }

    /** A leaf proves an identity as client and as server. Its subject is empty, so the name must be critical. */
    static List<Extension> ofLeaf(String uri, byte[] publicKey, byte[] authorityPublicKey) throws IOException {
        return ofLeaf(uriName(uri), publicKey, authorityPublicKey);
    }

    /** A leaf of an agent, which also has names that TLS between agents looks for. */
    static List<Extension> ofAgent(
            Optional<String> uri, List<String> names, byte[] publicKey, byte[] authorityPublicKey) throws IOException {
        List<GeneralName> all = new ArrayList<>();
        names.forEach(name -> all.add(generalName(name)));
        uri.ifPresent(text -> all.add(new GeneralName(GeneralName.uniformResourceIdentifier, text)));
        return ofLeaf(new GeneralNames(all.toArray(GeneralName[]::new)), publicKey, authorityPublicKey);
    }

    /** An authority that an operator keeps in files. Where domains are given, it can vouch for names in them only. */
    static List<Extension> ofFileAuthority(List<String> domains, byte[] publicKey) throws IOException {
        List<Extension> all = new ArrayList<>(List.of(
                extension(Extension.basicConstraints, true, new BasicConstraints(true)),
                extension(
                        Extension.keyUsage,
                        true,
                        usage(KeyUsage.keyCertSign | KeyUsage.cRLSign | KeyUsage.digitalSignature)),
                extension(Extension.subjectKeyIdentifier, false, new DEROctetString(keyId(publicKey))),
                extension(Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(keyId(publicKey)))));
        if (!domains.isEmpty()) {
            GeneralSubtree[] subtrees = domains.stream()
                    .map(domain -> new GeneralSubtree(new GeneralName(GeneralName.dNSName, domain)))
                    .toArray(GeneralSubtree[]::new);
            all.add(extension(Extension.nameConstraints, true, permitted(subtrees)));
        }
        return all;
    }

    /** A certificate for a file: of an agent, which serves too, or of a person's commands. */
    static List<Extension> ofFile(List<String> names, boolean serves, byte[] publicKey, byte[] authorityKeyId)
            throws IOException {
        KeyPurposeId[] purposes = serves
                ? new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}
                : new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth};
        GeneralName[] all =
                names.stream().map(CertificateExtensions::generalName).toArray(GeneralName[]::new);
        return List.of(
                extension(Extension.basicConstraints, true, new BasicConstraints(false)),
                extension(Extension.keyUsage, true, usage(KeyUsage.digitalSignature)),
                extension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes)),
                extension(Extension.subjectAlternativeName, false, new GeneralNames(all)),
                extension(Extension.subjectKeyIdentifier, false, new DEROctetString(keyId(publicKey))),
                extension(Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(authorityKeyId)));
    }

    /** The domains that an authority may vouch for; empty where it may for any. */
    static List<String> permittedDomains(X509Certificate certificate) throws CertificateException {
        if (certificate.getExtensionValue(Extension.nameConstraints.getId()) == null) {
            return List.of();
        }
        GeneralSubtree[] subtrees = NameConstraints.getInstance(value(certificate, Extension.nameConstraints))
                .getPermittedSubtrees();
        return Arrays.stream(subtrees == null ? new GeneralSubtree[0] : subtrees)
                .map(GeneralSubtree::getBase)
                .filter(base -> base.getTagNo() == GeneralName.dNSName)
                .map(base -> base.getName().toString())
                .toList();
    }

    private static GeneralName generalName(String name) {
        boolean address = name.indexOf(':') >= 0 || name.matches("\\d+(\\.\\d+){3}");
        return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    private static List<Extension> ofLeaf(GeneralNames names, byte[] publicKey, byte[] authorityPublicKey)
            throws IOException {
        return List.of(
                extension(Extension.basicConstraints, true, new BasicConstraints(false)),
                extension(Extension.keyUsage, true, usage(KeyUsage.digitalSignature | KeyUsage.keyAgreement)),
                extension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                    KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth
                })),
                extension(Extension.subjectAlternativeName, true, names),
                extension(Extension.subjectKeyIdentifier, false, new DEROctetString(keyId(publicKey))),
                extension(
                        Extension.authorityKeyIdentifier,
                        false,
                        new AuthorityKeyIdentifier(keyId(authorityPublicKey))));
    }

    private static NameConstraints permitted(GeneralSubtree... only) {
        return NameConstraints.getInstance(new DERSequence(new DERTaggedObject(false, 0, new DERSequence(only))));
    }

    static GeneralNames uriName(String uri) {
        return new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
    }

    static Extension extension(ASN1ObjectIdentifier id, boolean critical, ASN1Encodable value) throws IOException {
        return new Extension(id, critical, value.toASN1Primitive().getEncoded("DER"));
    }

    /** The first 20 bytes of the digest of the encoded public key. */
    static byte[] keyId(byte[] publicKey) {
        return Arrays.copyOf(Sha256.of(publicKey), KEY_ID_LENGTH);
    }

    static String subjectKeyId(X509Certificate certificate) throws CertificateException {
        return Root.hex(ASN1OctetString.getInstance(value(certificate, Extension.subjectKeyIdentifier))
                .getOctets());
    }

    /** What certificates signed by this one carry, also where somebody else made it and has a digest of his own. */
    static byte[] keyIdOf(X509Certificate authority) throws CertificateException {
        return authority.getExtensionValue(Extension.subjectKeyIdentifier.getId()) == null
                ? keyId(authority.getPublicKey().getEncoded())
                : ASN1OctetString.getInstance(value(authority, Extension.subjectKeyIdentifier))
                        .getOctets();
    }

    static String authorityKeyId(X509Certificate certificate) throws CertificateException {
        byte[] id = AuthorityKeyIdentifier.getInstance(value(certificate, Extension.authorityKeyIdentifier))
                .getKeyIdentifierOctets();
        if (id == null) {
            throw new CertificateException("the certificate does not name its authority's key");
        }
        return Root.hex(id);
    }

    static String commonName(X509Certificate certificate) {
        X500Name subject =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        return Arrays.stream(subject.getRDNs(BCStyle.CN))
                .map(name -> name.getFirst().getValue().toString())
                .findFirst()
                .orElse("");
    }

    private static ASN1Primitive value(X509Certificate certificate, ASN1ObjectIdentifier id)
            throws CertificateException {
        byte[] wrapped = certificate.getExtensionValue(id.getId());
        if (wrapped == null) {
            throw new CertificateException("the certificate has no extension " + id);
        }
        try {
            return ASN1Primitive.fromByteArray(
                    ASN1OctetString.getInstance(wrapped).getOctets());
        } catch (IOException e) {
            throw new CertificateException("the extension " + id + " cannot be decoded", e);
        }
    }

    private static DERBitString usage(int bits) {
        return (DERBitString) new KeyUsage(bits).toASN1Primitive();
    }
}
