package dev.steppe.client.check;

import dev.steppe.client.check.Probe.Target;
import dev.steppe.client.network.AnyCertificate;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

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
            return anyCertificate ? AnyCertificate.context() : SSLContext.getDefault();
        } catch (GeneralSecurityException missing) {
            throw new IOException("TLS is not available: " + missing.getMessage(), missing);
        }
    }
}
