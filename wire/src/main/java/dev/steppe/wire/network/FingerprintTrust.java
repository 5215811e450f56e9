package dev.steppe.wire.network;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Believes servers whose certificate comes from the one authority that a join token names. */
final class FingerprintTrust extends X509ExtendedTrustManager {
    private final AgentNames names;
    private final JoinSecret secret;
    private final boolean foreign;

    /** With {@code foreign} the servers of other regions are believed, else those of the own. */
    FingerprintTrust(AgentNames names, JoinSecret secret, boolean foreign) {
        this.names = names;
        this.secret = secret;
        this.foreign = foreign;
    }

    private void check(X509Certificate[] chain, String method) throws CertificateException {
        var authority = Arrays.stream(chain)
                .filter(secret::isOf)
                .findFirst()
                .orElseThrow(() -> new CertificateException(
                        "the fingerprint of its authority is not the one in the token: this is a server of another"
                                + " cluster, or somebody between pretends to be one"));
        try {
            AgentTls.validator(java.util.List.of(authority)).checkServerTrusted(chain, method);
        } catch (GeneralSecurityException unusable) {
            throw new CertificateException(unusable.getMessage(), unusable);
        }
        if (foreign && !names.foreignRegions(chain[0]).isEmpty()) {
            return;
        }
        AgentTls.checkRole(names, chain[0], java.util.EnumSet.of(AgentRole.SERVER));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String method, Socket socket) throws CertificateException {
        check(chain, method);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String method, SSLEngine engine)
            throws CertificateException {
        check(chain, method);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String method) throws CertificateException {
        check(chain, method);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String method, Socket socket) throws CertificateException {
        throw notServing();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String method, SSLEngine engine)
            throws CertificateException {
        throw notServing();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String method) throws CertificateException {
        throw notServing();
    }

    private static CertificateException notServing() {
        return new CertificateException("an agent without a certificate takes no connections");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
