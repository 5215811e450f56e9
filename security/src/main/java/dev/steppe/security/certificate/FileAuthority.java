package dev.steppe.security.certificate;

import dev.steppe.security.Secret;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/**
 * An authority that an operator keeps in files, and that makes the certificates of agents and of people's commands. It
 * may also have been made elsewhere, with a key of EC or RSA. Immutable.
 */
public final class FileAuthority {
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

    private final X509Certificate certificate;
    private final PrivateKey key;

    private FileAuthority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /** A certificate and its key, in PEM. */
    public record Made(String certificatePem, Secret keyPem) {}

    /** What the subject of a certificate may say, in the order in which it is written. */
    public enum SubjectWord {
        COUNTRY(BCStyle.C.getId()),
        POSTAL_CODE(BCStyle.POSTAL_CODE.getId()),
        PROVINCE(BCStyle.ST.getId()),
        LOCALITY(BCStyle.L.getId()),
        STREET_ADDRESS(BCStyle.STREET.getId()),
        ORGANIZATION(BCStyle.O.getId()),
        ORGANIZATIONAL_UNIT(BCStyle.OU.getId()),
        COMMON_NAME(BCStyle.CN.getId());

        private final String id;

        SubjectWord(String id) {
            this.id = id;
        }

        /** As people write it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * What is wished of a new authority.
     *
     * @param subject without a common name it gets one of its own
     * @param domains the only domains it may vouch for; empty for any
     */
    public record Wish(SequencedMap<SubjectWord, String> subject, List<String> domains, Duration life) {
        public Wish {
            domains = List.copyOf(domains);
        }
    }

    /** Makes a key and a certificate that it signs itself. */
    public static Made create(Wish wish, Instant now, SecureRandom random) {
        try {
            KeyPair pair = KeyPairs.create(random);
            BigInteger serial = CertificateWriter.serial(random);
            Map<SubjectWord, String> words = new TreeMap<>(wish.subject());
            words.putIfAbsent(SubjectWord.COMMON_NAME, "Steppe Agent CA " + serial);
            X500Name name = subject(words);
            byte[] publicKey = pair.getPublic().getEncoded();
            CertificateWriter.Content content = new CertificateWriter.Content(
                    serial,
                    name,
                    name,
                    now.minus(CLOCK_SKEW).truncatedTo(ChronoUnit.SECONDS),
                    now.plus(wish.life()).truncatedTo(ChronoUnit.SECONDS),
                    publicKey,
                    CertificateExtensions.ofFileAuthority(wish.domains(), publicKey));
            return made(CertificateWriter.write(content, pair.getPrivate(), random), pair);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("an authority cannot be made", e);
        }
    }

    /** Reads an authority; fails with what is wrong where it is none, or where the key is another's. */
    public static FileAuthority read(String certificatePem, Secret keyPem, SecureRandom random)
            throws GeneralSecurityException {
        X509Certificate certificate = PemText.certificates(certificatePem).getFirst();
        if (certificate.getBasicConstraints() < 0) {
            throw new GeneralSecurityException("the certificate is not that of an authority");
        }
        PrivateKey key = PemText.privateKey(keyPem);
        if (!KeyPairs.belong(certificate, key, random)) {
            throw new GeneralSecurityException("the key does not belong to the certificate of the authority");
        }
        return new FileAuthority(certificate, key);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /**
     * What is wished of a certificate.
     *
     * @param names names of the DNS and addresses; the first is the common name too
     * @param serves whether others may connect to its owner; otherwise it only proves who connects
     */
    public record LeafWish(List<String> names, boolean serves, Duration life) {
        public LeafWish {
            names = List.copyOf(names);
            if (names.isEmpty()) {
                throw new IllegalArgumentException("a certificate needs a name");
            }
        }
    }

    /** Makes a key and a certificate for it, which ends with the authority at the latest. */
    public Made certify(LeafWish wish, Instant now, SecureRandom random) throws GeneralSecurityException {
        checkNames(wish.names());
        Instant end = certificate.getNotAfter().toInstant();
        if (now.isAfter(end)) {
            throw new GeneralSecurityException("the authority expired at " + end + "; make a new one");
        }
        Instant wished = now.plus(wish.life()).truncatedTo(ChronoUnit.SECONDS);
        Map<SubjectWord, String> subject = new TreeMap<>();
        subject.put(SubjectWord.COMMON_NAME, wish.names().getFirst());
        try {
            KeyPair pair = KeyPairs.create(random);
            byte[] publicKey = pair.getPublic().getEncoded();
            CertificateWriter.Content content = new CertificateWriter.Content(
                    CertificateWriter.serial(random),
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                    subject(subject),
                    now.minus(CLOCK_SKEW).truncatedTo(ChronoUnit.SECONDS),
                    wished.isBefore(end) ? wished : end,
                    publicKey,
                    CertificateExtensions.ofFile(
                            wish.names(), wish.serves(), publicKey, CertificateExtensions.keyIdOf(certificate)));
            return made(CertificateWriter.write(content, key, random), pair);
        } catch (IOException e) {
            throw new GeneralSecurityException("the certificate cannot be written: " + e.getMessage(), e);
        }
    }

    /** Who verifies would refuse it; better it is refused here. */
    private void checkNames(List<String> names) throws GeneralSecurityException {
        List<String> domains = CertificateExtensions.permittedDomains(certificate);
        if (domains.isEmpty()) {
            return;
        }
        for (String name : names) {
            boolean isAddress = name.indexOf(':') >= 0 || name.matches("[\\d.]+");
            boolean within = domains.stream().anyMatch(domain -> name.equals(domain) || name.endsWith("." + domain));
            if (!isAddress && !within) {
                throw new GeneralSecurityException("the authority may vouch for names in " + String.join(", ", domains)
                        + " only, and " + name + " is in none of them: make one with -additional-domain");
            }
        }
    }

    /** The domains that an authority may vouch for; empty where it may for any. */
    public static List<String> domains(X509Certificate certificate) throws GeneralSecurityException {
        return CertificateExtensions.permittedDomains(certificate);
    }

    private static X500Name subject(Map<SubjectWord, String> words) {
        List<RDN> all = new ArrayList<>();
        words.forEach((word, value) -> all.add(
                new RDN(new AttributeTypeAndValue(new ASN1ObjectIdentifier(word.id), new DERUTF8String(value)))));
        return new X500Name(all.toArray(RDN[]::new));
    }

    private static Made made(byte[] der, KeyPair pair) {
        return new Made(
                Pem.ofCertificate(der), Pem.ofPrivateKey(pair.getPrivate().getEncoded()));
    }

    @Override
    public String toString() {
        return "FileAuthority(" + certificate.getSubjectX500Principal() + ")";
    }
}
