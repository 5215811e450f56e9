package dev.steppe.consensus;

import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/**
 * Mutual TLS between members. The managers are asked anew for each connection, so that certificates can rotate. The
 * trust manager decides alone who is a member, by the names it knows members to have: host names are not compared.
 */
public record ConsensusTls(X509KeyManager keys, X509TrustManager trust) {
    @Override
    public String toString() {
        return "ConsensusTls";
    }
}
