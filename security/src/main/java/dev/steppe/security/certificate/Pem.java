package dev.steppe.security.certificate;

import dev.steppe.security.Secret;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The text form of certificates and keys. */
final class Pem {
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PRIVATE_KEY = "PRIVATE KEY";

    private Pem() {}

    static String ofCertificate(byte[] der) {
        return write(CERTIFICATE, der);
    }

    static Secret ofPrivateKey(byte[] pkcs8) {
        return Secret.ofText(write(PRIVATE_KEY, pkcs8));
    }

    /** Every certificate of the text, in its order. */
    static List<X509Certificate> certificates(String pem) throws CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] der : blocks(CERTIFICATE, pem)) {
            certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        }
        return certificates;
    }

    static byte[] privateKey(Secret pem) throws GeneralSecurityException {
        List<byte[]> blocks = blocks(PRIVATE_KEY, pem.revealText());
        if (blocks.size() != 1) {
            throw new GeneralSecurityException("expected one PRIVATE KEY block, found " + blocks.size());
        }
        return blocks.getFirst();
    }

    static List<byte[]> blocks(String label, String pem) throws CertificateException {
        String begin = "-----BEGIN " + label + "-----";
        String end = "-----END " + label + "-----";
        List<byte[]> blocks = new ArrayList<>();
        int from = pem.indexOf(begin);
        while (from >= 0) {
            int to = pem.indexOf(end, from);
            if (to < 0) {
                throw new CertificateException("a PEM block starts with " + begin + " and does not end");
            }
            String body = pem.substring(from + begin.length(), to);
            try {
                blocks.add(Base64.getMimeDecoder().decode(body));
            } catch (IllegalArgumentException e) {
                throw new CertificateException("the PEM block " + label + " is not base64", e);
            }
            from = pem.indexOf(begin, to);
        }
        return blocks;
    }

    private static String write(String label, byte[] der) {
        Base64.Encoder encoder = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN " + label + "-----\n" + encoder.encodeToString(der) + "\n-----END " + label + "-----\n";
    }
}
