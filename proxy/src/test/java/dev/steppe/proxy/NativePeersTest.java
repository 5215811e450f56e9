package dev.steppe.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.mesh.configuration.Address;
import dev.steppe.mesh.configuration.Leaf;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves that proxies and programs which speak mutual TLS themselves talk to each other, in either direction. */
class NativePeersTest {
    private final TestAuthority authority = new TestAuthority("test root");
    private final TestNode node = new TestNode(authority);

    @AfterEach
    void stop() {
        node.close();
    }

    private SSLContext context(Leaf leaf) throws Exception {
        var certificates = CertificateFactory.getInstance("X.509");
        var own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        var key = Base64.getMimeDecoder().decode(leaf.privateKey().reveal().replaceAll("-----[^-]+-----", ""));
        own.setKeyEntry(
                "own",
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)),
                new char[0],
                new Certificate[] {certificate(certificates, leaf.certificateChainPem())});
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        var roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("root", certificate(certificates, authority.rootPem()));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(roots);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static Certificate certificate(CertificateFactory factory, String pem) throws Exception {
        return factory.generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Servers of Go and Java that speak HTTP insist on one of their protocols when the caller names any. */
    @ParameterizedTest
    @ValueSource(strings = {"", "h2,http/1.1"})
    void a_sidecar_calls_a_program_that_speaks_tls_itself(String protocols) throws Exception {
        var factory = context(authority.leaf("users")).getServerSocketFactory();
        try (var server = (SSLServerSocket) factory.createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            server.setNeedClientAuth(true);
            if (!protocols.isEmpty()) {
                var parameters = server.getSSLParameters();
                parameters.setApplicationProtocols(protocols.split(","));
                server.setSSLParameters(parameters);
            }
            var caller = new CompletableFuture<String>();
            Thread.ofVirtual().start(() -> answerOne(server, caller));
            Address upstream = TestNode.freeAddress();
            node.call(
                    authority.leaf("shop"),
                    "users",
                    upstream,
                    List.of(new Address("127.0.0.1", server.getLocalPort())));
            assertThat(node.apply()).isEmpty();
            try (var socket = TestNode.connect(upstream)) {
                socket.getOutputStream().write('?');
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("hello");
            }
            assertThat(caller.get(30, TimeUnit.SECONDS)).endsWith("/svc/shop");
        }
    }

    private static void answerOne(SSLServerSocket server, CompletableFuture<String> caller) {
        try (var socket = (SSLSocket) server.accept()) {
            socket.startHandshake();
            var certificate =
                    (java.security.cert.X509Certificate) socket.getSession().getPeerCertificates()[0];
            caller.complete(String.valueOf(
                    certificate.getSubjectAlternativeNames().iterator().next().get(1)));
            assertThat(socket.getInputStream().read()).isEqualTo('?');
            socket.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
        } catch (Exception failed) {
            caller.completeExceptionally(failed);
        }
    }

    @Test
    void a_program_that_speaks_tls_itself_calls_a_service_behind_a_proxy() throws Exception {
        try (var engine = new EchoService("engine")) {
            Address inbound = TestNode.freeAddress();
            node.serve(authority.leaf("engine"), engine.address(), inbound, TestNode.allow("shop", "engine"));
            assertThat(node.apply()).isEmpty();
            assertThat(call(inbound, "shop", "h2,http/1.1")).isEqualTo("engine\n");
            assertThat(call(inbound, "shop", "")).isEqualTo("engine\n");
            assertThat(call(inbound, "stranger", "")).isEmpty();
        }
    }

    private String call(Address inbound, String caller, String protocols) throws Exception {
        try (var socket = (SSLSocket) context(authority.leaf(caller))
                .getSocketFactory()
                .createSocket("127.0.0.1", inbound.toSocketAddress().getPort())) {
            socket.setSoTimeout(30_000);
            if (!protocols.isEmpty()) {
                var parameters = socket.getSSLParameters();
                parameters.setApplicationProtocols(protocols.split(","));
                socket.setSSLParameters(parameters);
            }
            return new String(socket.getInputStream().readNBytes("engine\n".length()), StandardCharsets.UTF_8);
        } catch (IOException refused) {
            return "";
        }
    }
}
