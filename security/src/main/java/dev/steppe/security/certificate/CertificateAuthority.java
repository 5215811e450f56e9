package dev.steppe.security.certificate;

import dev.steppe.model.AuthorityRoot;
import dev.steppe.security.Secret;
import dev.steppe.security.identity.IdentityRefused;
import dev.steppe.security.identity.IdentityRefused.Reason;
import dev.steppe.security.identity.SpiffeId;
import dev.steppe.security.identity.TrustDomain;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/**
 * A root certificate with its key: signs leaves for the identities of its trust domain. Immutable, usable from any
 * thread; the same inputs give the same certificates except for the signature's own randomness.
 */
public final class CertificateAuthority {
    private static final String NAME_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static final int NAME_LENGTH = 8;

    private final Root root;
    private final X509Certificate certificate;
    private final PrivateKey key;
    private final TrustDomain trustDomain;
    private final AuthoritySettings settings;

    private CertificateAuthority(Root root, Secret privateKeyPem, AuthoritySettings settings, SecureRandom random)
            throws GeneralSecurityException, IdentityRefused {
        this.root = root;
        this.certificate = root.certificate();
        this.key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Pem.privateKey(privateKeyPem)));
        this.trustDomain = CertifiedIdentity.read(certificate).trustDomain();
        this.settings = settings;
        checkPair(random);
    }

    /** Makes a key and a root that it signs itself. */
    public static CertificateAuthority create(
            TrustDomain trustDomain, AuthoritySettings settings, Instant now, SecureRandom random) {
        try {
            KeyPair pair = KeyPairs.create(random);
            X500Name name = commonName(rootName(trustDomain, random));
            byte[] publicKey = pair.getPublic().getEncoded();
            CertificateWriter.Content content = new CertificateWriter.Content(
                    CertificateWriter.serial(random),
                    name,
                    name,
                    now.minus(settings.clockSkew()),
                    now.plus(settings.rootTtl()),
                    publicKey,
                    CertificateExtensions.ofRoot(
                            new SpiffeId.Authority(trustDomain).text(), trustDomain.name(), publicKey));
            byte[] der = CertificateWriter.write(content, pair.getPrivate(), random);
            Secret privateKeyPem = Pem.ofPrivateKey(pair.getPrivate().getEncoded());
            return new CertificateAuthority(Root.read(Pem.ofCertificate(der)), privateKeyPem, settings, random);
        } catch (GeneralSecurityException | IOException | IdentityRefused e) {
            throw new IllegalStateException("a root certificate for " + trustDomain + " cannot be made", e);
        }
    }

    /** Brings an authority back from what {@link #stored} gave; a record that does not fit together is an error. */
    public static CertificateAuthority restore(AuthorityRoot stored, AuthoritySettings settings, SecureRandom random) {
        try {
            return new CertificateAuthority(Root.of(stored), Secret.ofText(stored.privateKeyPem()), settings, random);
        } catch (GeneralSecurityException | IdentityRefused e) {
            throw new IllegalArgumentException("the stored certificate authority cannot be used: " + e.getMessage(), e);
        }
    }

    /** What the replicated log keeps of this authority: the root with its intermediates, and the key in the clear. */
    public AuthorityRoot stored() {
        return new AuthorityRoot(
                root.id(),
                root.name(),
                root.certificatePem() + String.join("", root.intermediatesPem()),
                Pem.ofPrivateKey(key.getEncoded()).revealText(),
                root.notBefore(),
                root.notAfter(),
                root.active());
    }

    /** This authority as the successor of another, which vouches for it before verifiers that do not know it yet. */
    public CertificateAuthority succeeding(CertificateAuthority present, Instant now, SecureRandom random) {
        if (!present.trustDomain.equals(trustDomain)) {
            throw new IllegalArgumentException(
                    "the next root is of " + trustDomain + ", not of " + present.trustDomain);
        }
        Root vouchedFor = root.withIntermediate(present.crossSign(root, now, random));
        try {
            return new CertificateAuthority(vouchedFor, Pem.ofPrivateKey(key.getEncoded()), settings, random);
        } catch (GeneralSecurityException | IdentityRefused e) {
            throw new IllegalStateException("the root " + root.name() + " cannot be used again", e);
        }
    }

    /** The public part. */
    public Root root() {
        return root;
    }

    public TrustDomain trustDomain() {
        return trustDomain;
    }

    public AuthoritySettings settings() {
        return settings;
    }

    /**
     * Certifies the key of a request (PKCS#10, DER) for the expected identity, which the caller has found the requester
     * entitled to. The leaf never outlives the root and is followed by the root's intermediates.
     */
    public Leaf sign(byte[] request, SpiffeId expected, Instant now, SecureRandom random) throws IdentityRefused {
        RequestReader.Checked checked = RequestReader.read(request);
        checkIdentity(checked.id(), expected);
        if (now.isAfter(root.notAfter())) {
            throw expired();
        }
        Instant notBefore =
                later(now.minus(settings.clockSkew()), root.notBefore()).truncatedTo(ChronoUnit.SECONDS);
        Instant notAfter = earlier(notBefore.plus(settings.leafTtl()), root.notAfter());
        try {
            CertificateWriter.Content content = new CertificateWriter.Content(
                    CertificateWriter.serial(random),
                    subject(certificate),
                    new X500Name(new RDN[0]),
                    notBefore,
                    notAfter,
                    checked.publicKey(),
                    CertificateExtensions.ofLeaf(
                            expected.text(),
                            checked.publicKey(),
                            certificate.getPublicKey().getEncoded()));
            String pem = Pem.ofCertificate(CertificateWriter.write(content, key, random));
            return Leaf.read(pem + String.join("", root.intermediatesPem()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a leaf for " + expected + " cannot be made", e);
        }
    }

    /**
     * Certifies the key of an agent's request for what the caller has found it to be. The request names nobody; the
     * certificate has the names and the identity that are given here.
     */
    public Leaf signAgent(byte[] request, AgentSubject subject, Duration ttl, Instant now, SecureRandom random)
            throws IdentityRefused {
        byte[] publicKey = RequestReader.readKey(request);
        if (!subject.id().trustDomain().equals(trustDomain)) {
            throw new IdentityRefused(
                    Reason.FOREIGN_TRUST_DOMAIN, subject.id() + " is not of this cluster, which is " + trustDomain);
        }
        if (now.isAfter(root.notAfter())) {
            throw expired();
        }
        Instant notBefore =
                later(now.minus(settings.clockSkew()), root.notBefore()).truncatedTo(ChronoUnit.SECONDS);
        try {
            CertificateWriter.Content content = new CertificateWriter.Content(
                    CertificateWriter.serial(random),
                    subject(certificate),
                    new X500Name(new RDN[0]),
                    notBefore,
                    earlier(now.plus(ttl).truncatedTo(ChronoUnit.SECONDS), root.notAfter()),
                    publicKey,
                    CertificateExtensions.ofAgent(
                            Optional.of(subject.id().text()),
                            subject.names(),
                            publicKey,
                            certificate.getPublicKey().getEncoded()));
            String pem = Pem.ofCertificate(CertificateWriter.write(content, key, random));
            return Leaf.read(pem + String.join("", root.intermediatesPem()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a certificate for " + subject.id() + " cannot be made", e);
        }
    }

    private IdentityRefused expired() {
        return new IdentityRefused(
                Reason.AUTHORITY_EXPIRED,
                "the root certificate " + root.name() + " expired at " + root.notAfter() + "; rotate the root");
    }

    /** Another root's key and name signed by this one, as PEM: lets verifiers that know only this root accept its leaves. */
    private String crossSign(Root other, Instant now, SecureRandom random) {
        X509Certificate subject = other.certificate();
        try {
            byte[] publicKey = subject.getPublicKey().getEncoded();
            CertificateWriter.Content content = new CertificateWriter.Content(
                    CertificateWriter.serial(random),
                    subject(certificate),
                    subject(subject),
                    now.minus(settings.clockSkew()),
                    earlier(other.notAfter(), root.notAfter()),
                    publicKey,
                    CertificateExtensions.ofCrossSigned(
                            new SpiffeId.Authority(trustDomain).text(),
                            trustDomain.name(),
                            publicKey,
                            certificate.getPublicKey().getEncoded()));
            return Pem.ofCertificate(CertificateWriter.write(content, key, random));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the root " + other.name() + " cannot be signed by " + root.name(), e);
        }
    }

    private void checkPair(SecureRandom random) throws GeneralSecurityException {
        if (!KeyPairs.belong(certificate, key, random)) {
            throw new GeneralSecurityException("the private key does not belong to the root " + root.name());
        }
    }

    private void checkIdentity(SpiffeId requested, SpiffeId expected) throws IdentityRefused {
        if (!requested.trustDomain().equals(trustDomain)) {
            throw new IdentityRefused(
                    Reason.FOREIGN_TRUST_DOMAIN,
                    "the signing request names " + requested
                            + ", which is of a different trust domain; this cluster's is " + trustDomain);
        }
        if (requested instanceof SpiffeId.Authority) {
            throw new IdentityRefused(
                    Reason.OTHER_IDENTITY,
                    "the signing request names the authority itself, " + requested
                            + "; only services and agents are certified");
        }
        if (!requested.equals(expected)) {
            throw new IdentityRefused(
                    Reason.OTHER_IDENTITY,
                    "the signing request names " + requested + "; the requester may have " + expected);
        }
    }

    private static X500Name subject(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    private static X500Name commonName(String name) {
        return new X500Name(new RDN[] {new RDN(new AttributeTypeAndValue(BCStyle.CN, new DERUTF8String(name)))});
    }

    /** Unique per root, so that two roots of one cluster are told apart by name. */
    private static String rootName(TrustDomain trustDomain, SecureRandom random) {
        StringBuilder name = new StringBuilder("pri-");
        for (int i = 0; i < NAME_LENGTH; i++) {
            name.append(NAME_LETTERS.charAt(random.nextInt(NAME_LETTERS.length())));
        }
        String domain = trustDomain.name();
        return name.append(".consul.ca.")
                .append(domain, 0, Math.min(NAME_LENGTH, domain.length()))
                .append(".consul")
                .toString();
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    /** The names of all that is signed are public; the key is not. */
    @Override
    public String toString() {
        return "CertificateAuthority(" + root.name() + ", " + List.of(root.notBefore(), root.notAfter()) + ")";
    }
}
