package dev.steppe.cli.http;

import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** Says of a secure connection that failed what is wrong and what to write. */
final class TlsFailure {
    private TlsFailure() {}

    /** Why the handshake failed. */
    static String words(Throwable failure, TlsTerms terms, String name) {
        Throwable reason = failure;
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException) {
                return "its certificate has expired (" + cause.getMessage() + ")";
            }
            if (cause instanceof CertificateException) {
                reason = cause;
            }
        }
        var own = String.valueOf(reason.getMessage());
        var lower = own.toLowerCase(Locale.ROOT);
        if (lower.contains("certification path") || lower.contains("path does not chain")) {
            return "its certificate is not of "
                    + (terms.authorityFile().isEmpty()
                                    && terms.authorityDirectory().isEmpty()
                            ? "an authority this machine knows; name its authority with -ca-cert, NOMAD_CACERT or"
                                    + " CONSUL_CACERT"
                            : "the authority in " + terms.authorityFile() + terms.authorityDirectory());
        }
        if (lower.contains("subject alternative") || lower.contains("no name matching")) {
            return "its certificate is not for " + name
                    + "; name a name that it has with -tls-server-name, such as server.global.nomad (" + own + ")";
        }
        return own;
    }

    /** What a failure after the handshake means, when the agent looked at this side's certificate. */
    static String later(SSLException failure) {
        var own = String.valueOf(failure.getMessage());
        if (own.contains("certificate_required") || own.contains("bad_certificate")) {
            return "it wants a certificate of this side: name one with -client-cert and -client-key";
        }
        if (own.contains("certificate_unknown") || own.contains("unknown_ca")) {
            return "it does not accept the certificate in -client-cert (" + own + ")";
        }
        return own.startsWith("Unsupported or unrecognized SSL message")
                ? "it does not speak TLS: write http:// instead of https://"
                : own;
    }
}
