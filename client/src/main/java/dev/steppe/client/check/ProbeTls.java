package dev.steppe.client.check;

import dev.steppe.client.check.Probe.Target;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS around a check's socket: with the authorities the machine's Java trusts, or with any certificate when asked so. */
final class ProbeTls {
    private ProbeTls() {}

    /** The server is called by the check's TLS name, otherwise by the address that is asked. */
    static Socket around(Socket socket, Target target, List<String> protocols) throws IOException {
        var check = target.check();
        String name = check.tlsServerName().isEmpty() ? target.address() : check.tlsServerName();
        var secured = (SSLSocket)
                context(check.tlsSkipVerify()).getSocketFactory().createSocket(socket, name, target.port(), true);
        var parameters = secured.getSSLParameters();
        if (!check.tlsServerName().isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(name)));
        }
        if (!check.tlsSkipVerify()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        parameters.setApplicationProtocols(protocols.toArray(String[]::new));
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    private static SSLContext context(boolean anyCertificate) throws IOException {
        try {
            if (!anyCertificate) {
                return SSLContext.getDefault();
            }
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new AnyCertificate()}, null);
            return context;
        } catch (GeneralSecurityException missing) {
            throw new IOException("TLS is not available: " + missing.getMessage(), missing);
        }
    }

    /** Trusts everybody: what {@code tls_skip_verify} asks for. It checks health, and sends no secret but the check's own. */
    private static final class AnyCertificate extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
