package dev.steppe.security.certificate;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Signing requests as other programs make them, with another writer than the one under test. */
final class SampleRequests {
    private SampleRequests() {}

    static byte[] rsa(int bits, String uri) {
        return request("RSA", bits, "SHA256withRSA", names(uri), false);
    }

    static byte[] ed25519(String uri) {
        return request("Ed25519", 255, "Ed25519", names(uri), false);
    }

    static byte[] withAuthorityWish(String uri) {
        return request("EC", 256, "SHA256withECDSA", names(uri), true);
    }

    static byte[] withNames(String uri, String dns) {
        List<GeneralName> names = names(uri);
        names.add(new GeneralName(GeneralName.dNSName, dns));
        return request("EC", 256, "SHA256withECDSA", names, false);
    }

    static byte[] withoutName() {
        return request("EC", 256, "SHA256withECDSA", List.of(), false);
    }

    private static List<GeneralName> names(String uri) {
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
        return names;
    }

    private static byte[] request(String kind, int bits, String algorithm, List<GeneralName> names, boolean authority) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
            generator.initialize(bits, new SecureRandom());
            KeyPair pair = generator.generateKeyPair();
            JcaPKCS10CertificationRequestBuilder builder =
                    new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=sample"), pair.getPublic());
            ExtensionsGenerator extensions = new ExtensionsGenerator();
            if (authority) {
                extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            }
            if (!names.isEmpty()) {
                extensions.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            if (!extensions.isEmpty()) {
                builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
            }
            return builder.build(new JcaContentSignerBuilder(algorithm).build(pair.getPrivate()))
                    .getEncoded();
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
