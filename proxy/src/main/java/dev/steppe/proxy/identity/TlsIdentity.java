package dev.steppe.proxy.identity;

import dev.steppe.mesh.configuration.Leaf;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * The two TLS contexts made from one leaf. TLS 1.3 only, both sides show certificates. The native memory is counted: after
 * {@link #release()} running connections go on, new ones must not be begun.
 */
public final class TlsIdentity {
    /** The protocol between proxies of ours, as ALPN names it. */
    public static final String PROTOCOL = "steppe/1";

    /**
     * What a caller names besides: a server that is no proxy and speaks HTTP ends a call that offers none of its protocols.
     * It is what most applications behind sidecars speak; of other protocols nothing is looked at either.
     */
    private static final String PLAIN = "http/1.1";

    private final SslContext server;
    private final SslContext client;

    public TlsIdentity(Leaf leaf, PeerVerifier verifier) throws SSLException {
        try {
            List<X509Certificate> chain = Pem.certificates(leaf.certificateChainPem());
            var key = Pem.privateKey(
                    leaf.privateKey().reveal(), chain.get(0).getPublicKey().getAlgorithm());
            this.server =
                    finish(SslContextBuilder.forServer(key, chain).clientAuth(ClientAuth.REQUIRE), verifier, PROTOCOL);
            this.client = finish(
                    SslContextBuilder.forClient().keyManager(key, chain).endpointIdentificationAlgorithm(""),
                    verifier,
                    PROTOCOL,
                    PLAIN);
        } catch (GeneralSecurityException unusable) {
            throw new SSLException(
                    "the leaf of " + leaf.identity() + " is unusable: " + unusable.getMessage(), unusable);
        }
    }

    public SslContext server() {
        return server;
    }

    public SslContext client() {
        return client;
    }

    public void release() {
        ReferenceCountUtil.release(server);
        ReferenceCountUtil.release(client);
    }

    private static SslContext finish(SslContextBuilder builder, PeerVerifier verifier, String... protocols)
            throws SSLException {
        return builder.sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                .protocols("TLSv1.3")
                .ciphers(List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"))
                .trustManager(verifier)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        protocols))
                .build();
    }
}
