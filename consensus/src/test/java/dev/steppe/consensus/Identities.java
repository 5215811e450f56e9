package dev.steppe.consensus;

import dev.steppe.security.certificate.AuthoritySettings;
import dev.steppe.security.certificate.CertificateAuthority;
import dev.steppe.security.certificate.Leaf;
import dev.steppe.security.certificate.LeafRequest;
import dev.steppe.security.identity.SpiffeId;
import dev.steppe.security.identity.TrustDomain;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/** Members' identities from an authority of their own, without any host name in them. */
final class Identities {
    private final SecureRandom random = new SecureRandom();
    private final CertificateAuthority authority = CertificateAuthority.create(
            TrustDomain.ofCluster(UUID.randomUUID()), AuthoritySettings.standard(), Instant.now(), random);

    ConsensusTls of(String member) throws Exception {
        var id = new SpiffeId.Service(authority.trustDomain(), SpiffeId.DEFAULT_NAMESPACE, "dc1", member);
        var request = LeafRequest.create(id, random);
        Leaf leaf = authority.sign(request.der(), id, Instant.now(), random);
        var credential = request.accept(leaf);
        var keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry(
                "member",
                KeyFactory.getInstance("EC")
                        .generatePrivate(new PKCS8EncodedKeySpec(
                                der(credential.privateKeyPem().revealText()))),
                new char[0],
                leaf.chain().toArray(new Certificate[0]));
        var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(keys, new char[0]);
        var roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        var root = CertificateFactory.getInstance("X.509")
                .generateCertificate(new java.io.ByteArrayInputStream(
                        authority.root().certificatePem().getBytes(StandardCharsets.US_ASCII)));
        roots.setCertificateEntry("root", root);
        var trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trustManagers.init(roots);
        return new ConsensusTls((X509KeyManager) keyManagers.getKeyManagers()[0], (X509TrustManager)
                trustManagers.getTrustManagers()[0]);
    }

    private static byte[] der(String pem) {
        return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    }
}
