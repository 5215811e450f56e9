package dev.steppe.security.certificate;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Instant;

/** Encodes certificates and requests and signs them with the JDK's ECDSA. */
final class CertificateWriter {
    /** What a certificate says, without the signature; names, key and extensions are encoded already. */
    record Content(
            BigInteger serial,
            byte[] issuer,
            byte[] subject,
            Instant notBefore,
            Instant notAfter,
            byte[] publicKey,
            byte[] extensions) {}

    static final String ALGORITHM = "SHA256withECDSA";
    private static final BigInteger VERSION_3 = BigInteger.TWO;
    private static final int SERIAL_BITS = 127;

    private CertificateWriter() {}

    static byte[] write(Content content, PrivateKey issuerKey, SecureRandom random) throws GeneralSecurityException {
        byte[] body = Der.sequence(
                Der.tagged(0, Der.integer(VERSION_3)),
                Der.integer(content.serial()),
                algorithm(),
                content.issuer(),
                Der.sequence(Der.time(content.notBefore()), Der.time(content.notAfter())),
                content.subject(),
                content.publicKey(),
                Der.tagged(3, content.extensions()));
        return signed(body, issuerKey, random);
    }

    /** The body, the algorithm and the signature in one sequence: the outer form of certificates and of requests. */
    static byte[] signed(byte[] body, PrivateKey key, SecureRandom random) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(ALGORITHM);
        signature.initSign(key, random);
        signature.update(body);
        return Der.sequence(body, algorithm(), Der.bits(signature.sign()));
    }

    /** A name that consists of a common name only. */
    static byte[] commonName(String name) {
        return Der.sequence(Der.set(Der.sequence(Der.identifier(Oids.COMMON_NAME), Der.text(name))));
    }

    /** A name that says nothing. */
    static byte[] noName() {
        return Der.sequence();
    }

    /** A positive number that nobody can foresee. */
    static BigInteger serial(SecureRandom random) {
        return new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
    }

    private static byte[] algorithm() {
        return Der.sequence(Der.identifier(Oids.ECDSA_SHA256));
    }
}
