package dev.steppe.security.certificate;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * Encodes certificates and signs them with the JDK's ECDSA, for authorities that somebody else made also with RSA. Only the ASN.1 classes of Bouncy Castle are used: no provider
 * is registered and its builders, which load several times as many classes, are not touched.
 */
final class CertificateWriter {
    /** What a certificate says, without the signature. */
    record Content(
            BigInteger serial,
            X500Name issuer,
            X500Name subject,
            Instant notBefore,
            Instant notAfter,
            byte[] publicKey,
            List<Extension> extensions) {}

    private static final int SERIAL_BITS = 127;
    private static final int FIRST_YEAR_WITH_FOUR_DIGITS = 2050;

    private CertificateWriter() {}

    static byte[] write(Content content, PrivateKey issuerKey, SecureRandom random)
            throws IOException, GeneralSecurityException {
        V3TBSCertificateGenerator generator = new V3TBSCertificateGenerator();
        generator.setSerialNumber(new ASN1Integer(content.serial()));
        generator.setSignature(Algorithm.of(issuerKey).identifier());
        generator.setIssuer(content.issuer());
        generator.setSubject(content.subject());
        generator.setStartDate(time(content.notBefore()));
        generator.setEndDate(time(content.notAfter()));
        generator.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(content.publicKey()));
        generator.setExtensions(new Extensions(content.extensions().toArray(Extension[]::new)));
        TBSCertificate body = generator.generateTBSCertificate();
        return signed(body, issuerKey, random);
    }

    /** The body, the algorithm and the signature in one sequence: the outer form of certificates and of requests. */
    static byte[] signed(ASN1Encodable body, PrivateKey key, SecureRandom random)
            throws IOException, GeneralSecurityException {
        Algorithm algorithm = Algorithm.of(key);
        Signature signature = Signature.getInstance(algorithm.name);
        signature.initSign(key, random);
        signature.update(body.toASN1Primitive().getEncoded("DER"));
        DERBitString bits = new DERBitString(signature.sign());
        return new DERSequence(new ASN1Encodable[] {body, algorithm.identifier(), bits}).getEncoded("DER");
    }

    /** A positive number that nobody can foresee. */
    static BigInteger serial(SecureRandom random) {
        return new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
    }

    /** How a key signs. */
    enum Algorithm {
        ECDSA("SHA256withECDSA"),
        RSA("SHA256withRSA");

        private final String name;

        Algorithm(String name) {
            this.name = name;
        }

        static Algorithm of(Key key) {
            return key.getAlgorithm().equals("RSA") ? RSA : ECDSA;
        }

        /** As the JDK calls it. */
        String word() {
            return name;
        }

        AlgorithmIdentifier identifier() {
            return this == RSA
                    ? new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE)
                    : new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
        }
    }

    /** Written by hand: the library's own conversion loads date formats and locale data. */
    private static Time time(Instant instant) {
        ZonedDateTime utc = instant.atZone(ZoneOffset.UTC);
        String tail = two(utc.getMonthValue()) + two(utc.getDayOfMonth()) + two(utc.getHour()) + two(utc.getMinute())
                + two(utc.getSecond()) + "Z";
        return utc.getYear() < FIRST_YEAR_WITH_FOUR_DIGITS
                ? new Time(new DERUTCTime(two(utc.getYear() % 100) + tail))
                : new Time(new DERGeneralizedTime(utc.getYear() + tail));
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : Integer.toString(number);
    }
}
