package dev.steppe.wire.network;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;

/** TLS 1.3 between agents, in the words of the network library. */
final class TlsContexts {
    /** A resumed session is not looked at again, so that it would outlive the certificates it was made with. */
    private static final int SESSION_SECONDS = 1;

    private TlsContexts() {}

    /** For who listens. A peer that shows a certificate must show one that is accepted. */
    static SslContext accepting(AgentTls tls) throws SSLException {
        return SslContextBuilder.forServer(tls.keys())
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3")
                .sessionTimeout(SESSION_SECONDS)
                .clientAuth(ClientAuth.OPTIONAL)
                .trustManager(tls.trust(AgentRole.SERVER, AgentRole.CLIENT))
                .applicationProtocolConfig(protocols(StreamChannel.PROTOCOL, ApplicationProtocolNames.HTTP_1_1))
                .build();
    }

    /** For who opens a stream to a server. */
    static SslContext streaming(AgentTls tls) throws SSLException {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3")
                .sessionTimeout(SESSION_SECONDS)
                .keyManager(tls.keys())
                .trustManager(tls.trust(AgentRole.SERVER))
                .endpointIdentificationAlgorithm(null)
                .applicationProtocolConfig(protocols(StreamChannel.PROTOCOL))
                .build();
    }

    private static ApplicationProtocolConfig protocols(String... names) {
        return new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                names);
    }

    /** The innermost reason that says something about a certificate, else the failure's own words. */
    static String reason(Throwable failure) {
        String own = String.valueOf(failure.getMessage());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                own = String.valueOf(cause.getMessage());
            }
        }
        if (own.contains("unable to find valid certification path") || own.contains("Path does not chain")) {
            return "its certificate is of another authority than this cluster's";
        }
        if (own.matches("(?s).*(bad_certificate|certificate_unknown|unknown_ca|certificate_expired).*")) {
            return "it does not accept this agent's certificate: that is of another authority, is not for this role or"
                    + " region, or has expired (" + own + ")";
        }
        return own;
    }
}
