package dev.steppe.wire.network;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.security.cert.CertificateException;
import java.util.List;
import javax.net.ssl.SSLException;

/** TLS between agents, and before people and programs, in the words of the network library. */
public final class TlsContexts {
    /** A resumed session is not looked at again, so that it would outlive the certificates it was made with. */
    private static final int SESSION_SECONDS = 1;

    /** What is agreed on below TLS 1.3: forward secrecy, and nothing that only conceals. */
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private TlsContexts() {}

    /**
     * For an API that people and programs call.
     *
     * @param asksCallers whether callers must show a certificate of the authority
     * @param newestOnly whether TLS 1.2 is refused
     */
    public static SslContext serving(AgentTls tls, boolean asksCallers, boolean newestOnly) throws SSLException {
        return SslContextBuilder.forServer(tls.keys())
                .sslProvider(SslProvider.JDK)
                .protocols(newestOnly ? List.of("TLSv1.3") : List.of("TLSv1.3", "TLSv1.2"))
                .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .sessionTimeout(SESSION_SECONDS)
                .clientAuth(asksCallers ? ClientAuth.REQUIRE : ClientAuth.NONE)
                .trustManager(tls.trustAnybody())
                .applicationProtocolConfig(protocols(ApplicationProtocolNames.HTTP_1_1))
                .build();
    }

    /** For who listens. A peer that shows a certificate must show one that is accepted. */
    static SslContext accepting(AgentTls tls) throws SSLException {
        return between(
                        SslContextBuilder.forServer(tls.keys()),
                        StreamChannel.PROTOCOL,
                        ApplicationProtocolNames.HTTP_1_1)
                .clientAuth(ClientAuth.OPTIONAL)
                .trustManager(tls.trustForeign(AgentRole.SERVER, AgentRole.CLIENT))
                .build();
    }

    /** For who opens a stream to a server. */
    static SslContext streaming(AgentTls tls) throws SSLException {
        return between(SslContextBuilder.forClient(), StreamChannel.PROTOCOL)
                .keyManager(tls.keys())
                .trustManager(tls.trust(AgentRole.SERVER))
                .endpointIdentificationAlgorithm(null)
                .build();
    }

    /** The native library, where it is there, takes a fraction of the processor time for handshakes and small messages. */
    private static SslContextBuilder between(SslContextBuilder builder, String... protocols) {
        return builder.sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .protocols("TLSv1.3")
                .sessionTimeout(SESSION_SECONDS)
                .applicationProtocolConfig(protocols(protocols));
    }

    private static ApplicationProtocolConfig protocols(String... names) {
        return new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                names);
    }

    /** The innermost reason that says something about a certificate, else the failure's own words. */
    public static String reason(Throwable failure) {
        String own = String.valueOf(failure.getMessage());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                own = String.valueOf(cause.getMessage());
            }
        }
        if (own.contains("unable to find valid certification path") || own.contains("Path does not chain")) {
            return "its certificate is of another authority than this cluster's";
        }
        if (own.matches("(?is).*(bad_certificate|certificate_unknown|unknown_ca|certificate_expired).*")) {
            return "it does not accept this agent's certificate: that is of another authority, is not for this role or"
                    + " region, or has expired (" + own + ")";
        }
        return own;
    }
}
