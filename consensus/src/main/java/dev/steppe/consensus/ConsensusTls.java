package dev.steppe.consensus;

import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/** Mutual TLS between members; the managers are asked anew for each connection, so that certificates can rotate. */
public record ConsensusTls(X509KeyManager keys, X509TrustManager trust) {
    @Override
    public String toString() {
        return "ConsensusTls";
    }
}
