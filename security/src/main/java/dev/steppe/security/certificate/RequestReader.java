package dev.steppe.security.certificate;

import dev.steppe.security.certificate.DerReader.Malformed;
import dev.steppe.security.identity.IdentityRefused;
import dev.steppe.security.identity.IdentityRefused.Reason;
import dev.steppe.security.identity.SpiffeId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;

/** Reads signing requests that strangers may have written, and refuses by name whatever would not be certified. */
final class RequestReader {
    /** A request whose signature, key and content have been checked. */
    record Checked(SpiffeId id, byte[] publicKey) {}

    private static final int REQUEST_BYTES_MAX = 16 * 1024;
    private static final int EC_BITS_MIN = 256;
    private static final int RSA_BITS_MIN = 2048;
    private static final int RSA_BITS_MAX = 8192;
    private static final int ATTRIBUTES = 0xa0;
    private static final int NAME_URI = 0x80 | CertificateExtensions.URI_NAME;

    private RequestReader() {}

    static Checked read(byte[] der) throws IdentityRefused {
        if (der.length > REQUEST_BYTES_MAX) {
            throw malformed("it has " + der.length + " bytes, more than " + REQUEST_BYTES_MAX);
        }
        try {
            DerReader outer = new DerReader(der);
            DerReader request = outer.open(Der.SEQUENCE);
            outer.end();
            byte[] body = request.whole(Der.SEQUENCE);
            String algorithm = request.open(Der.SEQUENCE).identifier();
            byte[] signature = request.bits();
            request.end();
            return readBody(body, algorithm, signature);
        } catch (Malformed e) {
            throw malformed("it cannot be decoded: " + e.getMessage());
        }
    }

    private static Checked readBody(byte[] body, String algorithm, byte[] signature) throws IdentityRefused, Malformed {
        DerReader info = new DerReader(body).open(Der.SEQUENCE);
        byte[] version = info.content(Der.INTEGER);
        if (version.length != 1 || version[0] != 0) {
            throw malformed("it is of a version other than 1");
        }
        info.whole(Der.SEQUENCE); // the subject's name, which is not certified
        PublicKey key = key(info.whole(Der.SEQUENCE));
        checkSignature(body, key, algorithm, signature);
        List<String> uris = info.hasMore() ? uris(info.open(ATTRIBUTES)) : List.of();
        info.end();
        if (uris.size() != 1) {
            throw new IdentityRefused(
                    Reason.NOT_AN_IDENTITY,
                    "the signing request has " + uris.size() + " names; it must have exactly one, a SPIFFE URI");
        }
        return new Checked(SpiffeId.parse(uris.getFirst()), key.getEncoded());
    }

    private static void checkSignature(byte[] body, PublicKey key, String algorithm, byte[] signature)
            throws IdentityRefused {
        try {
            Signature verifier = Signature.getInstance(signatureName(algorithm));
            verifier.initVerify(key);
            verifier.update(body);
            if (!verifier.verify(signature)) {
                throw badSignature();
            }
        } catch (GeneralSecurityException e) {
            throw badSignature();
        }
    }

    private static PublicKey key(byte[] encoded) throws IdentityRefused, Malformed {
        String kind =
                new DerReader(encoded).open(Der.SEQUENCE).open(Der.SEQUENCE).identifier();
        X509EncodedKeySpec spec = new X509EncodedKeySpec(encoded);
        try {
            return switch (kind) {
                case Oids.EC_KEY ->
                    strongEnough((ECPublicKey) KeyFactory.getInstance("EC").generatePublic(spec));
                case Oids.RSA_KEY ->
                    strongEnough((RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spec));
                default -> throw weakKey("a key of kind " + kind);
            };
        } catch (GeneralSecurityException e) {
            throw weakKey("a key that cannot be read, or is on a curve that is not accepted");
        }
    }

    private static PublicKey strongEnough(ECPublicKey key) throws IdentityRefused {
        int bits = key.getParams().getOrder().bitLength();
        if (bits < EC_BITS_MIN) {
            throw weakKey("an EC key of " + bits + " bits");
        }
        return key;
    }

    private static PublicKey strongEnough(RSAPublicKey key) throws IdentityRefused {
        int bits = key.getModulus().bitLength();
        if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) {
            throw weakKey("an RSA key of " + bits + " bits");
        }
        return key;
    }

    private static String signatureName(String algorithm) throws IdentityRefused {
        return switch (algorithm) {
            case Oids.ECDSA_SHA256 -> "SHA256withECDSA";
            case "1.2.840.10045.4.3.3" -> "SHA384withECDSA";
            case "1.2.840.10045.4.3.4" -> "SHA512withECDSA";
            case "1.2.840.113549.1.1.11" -> "SHA256withRSA";
            case "1.2.840.113549.1.1.12" -> "SHA384withRSA";
            case "1.2.840.113549.1.1.13" -> "SHA512withRSA";
            default ->
                throw new IdentityRefused(
                        Reason.BAD_SIGNATURE,
                        "the signing request is signed with the algorithm " + algorithm
                                + "; use ECDSA or RSA with SHA-256, SHA-384 or SHA-512");
        };
    }

    /** The names it asks for; anything else that a request may ask for is refused. */
    private static List<String> uris(DerReader attributes) throws IdentityRefused, Malformed {
        List<String> uris = new ArrayList<>();
        while (attributes.hasMore()) {
            DerReader attribute = attributes.open(Der.SEQUENCE);
            String kind = attribute.identifier();
            if (!kind.equals(Oids.EXTENSION_REQUEST)) {
                throw unsupported("attribute " + kind);
            }
            DerReader values = attribute.open(Der.SET);
            attribute.end();
            DerReader extensions = values.open(Der.SEQUENCE);
            values.end();
            while (extensions.hasMore()) {
                addNames(extensions.open(Der.SEQUENCE), uris);
            }
        }
        return uris;
    }

    private static void addNames(DerReader extension, List<String> uris) throws IdentityRefused, Malformed {
        String kind = extension.identifier();
        if (!kind.equals(Oids.SUBJECT_ALTERNATIVE_NAME)) {
            throw unsupported("extension " + kind);
        }
        extension.skipCritical();
        DerReader value = new DerReader(extension.content(Der.OCTET_STRING));
        extension.end();
        DerReader names = value.open(Der.SEQUENCE);
        value.end();
        while (names.hasMore()) {
            if (names.tag() != NAME_URI) {
                throw unsupported("name of kind " + (names.tag() & 0x1f));
            }
            uris.add(new String(names.content(NAME_URI), StandardCharsets.ISO_8859_1));
        }
    }

    private static IdentityRefused unsupported(String what) {
        return new IdentityRefused(
                Reason.UNSUPPORTED_EXTENSION,
                "the signing request asks for the " + what + "; it may ask for one URI name and nothing else");
    }

    private static IdentityRefused malformed(String why) {
        return new IdentityRefused(Reason.MALFORMED_REQUEST, "the signing request is not usable: " + why);
    }

    private static IdentityRefused badSignature() {
        return new IdentityRefused(
                Reason.BAD_SIGNATURE, "the signing request is not signed by the key that it carries");
    }

    private static IdentityRefused weakKey(String what) {
        return new IdentityRefused(
                Reason.WEAK_KEY,
                "the signing request carries " + what + "; use EC P-256, P-384 or P-521, or RSA of " + RSA_BITS_MIN
                        + " to " + RSA_BITS_MAX + " bits");
    }
}
