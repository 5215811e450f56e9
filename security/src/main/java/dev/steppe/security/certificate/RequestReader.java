package dev.steppe.security.certificate;

import dev.steppe.security.identity.IdentityRefused;
import dev.steppe.security.identity.IdentityRefused.Reason;
import dev.steppe.security.identity.SpiffeId;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Reads signing requests that strangers may have written, and refuses by name whatever would not be certified. */
final class RequestReader {
    /** A request whose signature, key and content have been checked. */
    record Checked(SpiffeId id, byte[] publicKey) {}

    private static final int REQUEST_BYTES_MAX = 16 * 1024;
    private static final int EC_BITS_MIN = 256;
    private static final int RSA_BITS_MIN = 2048;
    private static final int RSA_BITS_MAX = 8192;

    private RequestReader() {}

    static Checked read(byte[] der) throws IdentityRefused {
        if (der.length > REQUEST_BYTES_MAX) {
            throw malformed("it has " + der.length + " bytes, more than " + REQUEST_BYTES_MAX);
        }
        CertificationRequest request = decode(der);
        byte[] publicKey = checkKeyAndSignature(request);
        return new Checked(SpiffeId.parse(uri(request)), publicKey);
    }

    /** The key of a request that asks for no name: who may have which is for the authority to say. */
    static byte[] readKey(byte[] der) throws IdentityRefused {
        if (der.length > REQUEST_BYTES_MAX) {
            throw malformed("it has " + der.length + " bytes, more than " + REQUEST_BYTES_MAX);
        }
        CertificationRequest request = decode(der);
        if (extensions(request).length > 0) {
            throw new IdentityRefused(
                    Reason.UNSUPPORTED_EXTENSION,
                    "the signing request asks for names; those of an agent are given to it");
        }
        return checkKeyAndSignature(request);
    }

    private static CertificationRequest decode(byte[] der) throws IdentityRefused {
        try {
            CertificationRequest request = CertificationRequest.getInstance(ASN1Primitive.fromByteArray(der));
            if (request == null) {
                throw malformed("it is empty");
            }
            if (!Arrays.equals(der, request.getEncoded("DER"))) {
                throw malformed("it is not in the distinguished encoding (DER)");
            }
            return request;
        } catch (IOException | RuntimeException e) {
            // The decoder reports bad input with many unchecked types (class cast, illegal argument, illegal state).
            throw malformed("it cannot be decoded (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static byte[] checkKeyAndSignature(CertificationRequest request) throws IdentityRefused {
        try {
            byte[] encoded = request.getCertificationRequestInfo()
                    .getSubjectPublicKeyInfo()
                    .getEncoded("DER");
            PublicKey key = key(request, encoded);
            Signature signature = Signature.getInstance(
                    signatureName(request.getSignatureAlgorithm().getAlgorithm()));
            signature.initVerify(key);
            signature.update(request.getCertificationRequestInfo().getEncoded("DER"));
            if (!signature.verify(request.getSignature().getOctets())) {
                throw badSignature();
            }
            return encoded;
        } catch (GeneralSecurityException e) {
            throw badSignature();
        } catch (IOException | RuntimeException e) {
            throw malformed(
                    "its key or signature cannot be decoded (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static PublicKey key(CertificationRequest request, byte[] encoded) throws IdentityRefused {
        ASN1ObjectIdentifier kind = request.getCertificationRequestInfo()
                .getSubjectPublicKeyInfo()
                .getAlgorithm()
                .getAlgorithm();
        try {
            if (kind.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
                return strongEnough(
                        (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded)));
            }
            if (kind.equals(PKCSObjectIdentifiers.rsaEncryption)) {
                return strongEnough(
                        (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(encoded)));
            }
        } catch (GeneralSecurityException e) {
            throw weakKey("a key that cannot be read, or is on a curve that is not accepted");
        }
        throw weakKey("a key of kind " + kind.getId());
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

    private static String signatureName(ASN1ObjectIdentifier algorithm) throws IdentityRefused {
        return switch (algorithm.getId()) {
            case "1.2.840.10045.4.3.2" -> "SHA256withECDSA";
            case "1.2.840.10045.4.3.3" -> "SHA384withECDSA";
            case "1.2.840.10045.4.3.4" -> "SHA512withECDSA";
            case "1.2.840.113549.1.1.11" -> "SHA256withRSA";
            case "1.2.840.113549.1.1.12" -> "SHA384withRSA";
            case "1.2.840.113549.1.1.13" -> "SHA512withRSA";
            default ->
                throw new IdentityRefused(
                        Reason.BAD_SIGNATURE,
                        "the signing request is signed with the algorithm " + algorithm.getId()
                                + "; use ECDSA or RSA with SHA-256, SHA-384 or SHA-512");
        };
    }

    /** The one URI name; anything else that a request may ask for is refused. */
    private static String uri(CertificationRequest request) throws IdentityRefused {
        try {
            Optional<GeneralNames> names = Optional.empty();
            for (Extension extension : extensions(request)) {
                if (!extension.getExtnId().equals(Extension.subjectAlternativeName) || names.isPresent()) {
                    throw new IdentityRefused(
                            Reason.UNSUPPORTED_EXTENSION,
                            "the signing request asks for the extension "
                                    + extension.getExtnId().getId() + "; it may ask for one URI name and nothing else");
                }
                names = Optional.of(GeneralNames.getInstance(extension.getParsedValue()));
            }
            return onlyUri(names.map(GeneralNames::getNames).orElse(new GeneralName[0]));
        } catch (RuntimeException e) {
            throw malformed("its attributes cannot be decoded (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static Extension[] extensions(CertificationRequest request) throws IdentityRefused {
        if (request.getCertificationRequestInfo().getAttributes() == null) {
            return new Extension[0];
        }
        Extension[] found = new Extension[0];
        for (ASN1Encodable encoded : request.getCertificationRequestInfo().getAttributes()) {
            Attribute attribute = Attribute.getInstance(encoded);
            if (!attribute.getAttrType().equals(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)
                    || attribute.getAttrValues().size() != 1
                    || found.length > 0) {
                throw new IdentityRefused(
                        Reason.UNSUPPORTED_EXTENSION,
                        "the signing request has the attribute "
                                + attribute.getAttrType().getId() + "; it may ask for one URI name and nothing else");
            }
            Extensions extensions =
                    Extensions.getInstance(attribute.getAttrValues().getObjectAt(0));
            ASN1ObjectIdentifier[] ids = extensions.getExtensionOIDs();
            found = new Extension[ids.length];
            for (int i = 0; i < ids.length; i++) {
                found[i] = extensions.getExtension(ids[i]);
            }
        }
        return found;
    }

    private static String onlyUri(GeneralName[] names) throws IdentityRefused {
        if (names.length != 1 || names[0].getTagNo() != GeneralName.uniformResourceIdentifier) {
            throw new IdentityRefused(
                    Reason.NOT_AN_IDENTITY,
                    "the signing request names " + names.length
                            + " subjects or one that is not a URI; it must name exactly one SPIFFE URI");
        }
        return names[0].getName().toString();
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
