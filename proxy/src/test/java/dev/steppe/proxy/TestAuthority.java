package dev.steppe.proxy;

import dev.steppe.mesh.configuration.Leaf;
import dev.steppe.mesh.configuration.PrivateKeyPem;
import dev.steppe.mesh.configuration.SpiffeId;
import dev.steppe.mesh.configuration.TrustBundle;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority for tests and benchmarks: P-256, as the real one. */
public final class TestAuthority {
    public static final String TRUST_DOMAIN = "11111111-2222-3333-4444-555555555555.consul";

    private final SecureRandom random = new SecureRandom();
    private final KeyPair keys = newKeys();
    private final X500Name name;
    private final String rootPem;

    public TestAuthority(String commonName) {
        this.name = new X500Name("CN=" + commonName);
        try {
            var builder = builder("CN=" + commonName, keys);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            this.rootPem = sign(builder);
        } catch (GeneralSecurityException | OperatorCreationException | java.io.IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public TrustBundle bundle() {
        return new TrustBundle(TRUST_DOMAIN, List.of(rootPem));
    }

    public String rootPem() {
        return rootPem;
    }

    public static SpiffeId id(String service) {
        return SpiffeId.of(TRUST_DOMAIN, "dc1", service);
    }

    public Leaf leaf(String service) {
        return leaf(id(service));
    }

    public Leaf leaf(SpiffeId identity) {
        try {
            var leafKeys = newKeys();
            var builder = builder("CN=" + identity.service(), leafKeys);
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    true,
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, identity.uri())));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth
            }));
            return new Leaf(
                    identity,
                    sign(builder),
                    new PrivateKeyPem(pem("PRIVATE KEY", leafKeys.getPrivate().getEncoded())));
        } catch (GeneralSecurityException | OperatorCreationException | java.io.IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private X509v3CertificateBuilder builder(String subject, KeyPair subjectKeys) {
        var now = Instant.now();
        return new JcaX509v3CertificateBuilder(
                name,
                new BigInteger(64, random),
                Date.from(now.minus(Duration.ofMinutes(1))),
                Date.from(now.plus(Duration.ofHours(72))),
                new X500Name(subject),
                subjectKeys.getPublic());
    }

    private String sign(X509v3CertificateBuilder builder)
            throws OperatorCreationException, GeneralSecurityException, java.io.IOException {
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
        return pem("CERTIFICATE", builder.build(signer).getEncoded());
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what + "-----\n";
    }

    private static KeyPair newKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
