package dev.steppe.consensus;

import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/**
 * Mutual TLS between members. The managers are asked anew for each connection, so that certificates can rotate. The
 * trust manager decides alone who is a member, by the names it knows members to have: host names are not compared.
 */
public record ConsensusTls(X509KeyManager keys, X509TrustManager trust) {
    /** For one connection. Nothing of an earlier one is taken up again, so that each is judged by today's managers. */
    SSLContext context() {
        try {
            var context = SSLContext.getInstance("TLSv1.3");
            context.init(new KeyManager[] {keys}, new TrustManager[] {new TrustByName(trust)}, null);
            return context;
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every JDK has TLS 1.3", missing);
        }
    }

    @Override
    public String toString() {
        return "ConsensusTls";
    }
}
