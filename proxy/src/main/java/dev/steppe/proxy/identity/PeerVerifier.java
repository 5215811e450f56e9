package dev.steppe.proxy.identity;

import dev.steppe.mesh.configuration.SpiffeId;
import dev.steppe.mesh.configuration.TrustBundle;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The trust manager of every TLS context of a proxy. The roots may be replaced at any time; running connections keep the
 * verdict of their handshake. Names of hosts mean nothing here, the SPIFFE id is everything.
 */
public final class PeerVerifier extends X509ExtendedTrustManager {
    private final InstantSource clock;
    private volatile TrustRoots roots;

    public PeerVerifier(TrustBundle bundle, InstantSource clock) throws CertificateException {
        this.clock = clock;
        this.roots = new TrustRoots(bundle);
    }

    /** Trusts these roots from now on, and no others. */
    public void replace(TrustBundle bundle) throws CertificateException {
        roots = new TrustRoots(bundle);
    }

    /** The verified identity of a session's peer, once its handshake is over. */
    public SpiffeId identityOf(SSLSession session, boolean peerIsClient) throws SSLException {
        try {
            var certificates = session.getPeerCertificates();
            var chain = new X509Certificate[certificates.length];
            for (int i = 0; i < chain.length; i++) {
                chain[i] = (X509Certificate) certificates[i];
            }
            return roots.verify(chain, peerIsClient ? PeerRole.CLIENT : PeerRole.SERVER, clock.instant());
        } catch (CertificateException refused) {
            throw new SSLException(refused.getMessage(), refused);
        }
    }

    private void verify(X509Certificate[] chain, PeerRole role) throws CertificateException {
        roots.verify(chain, role, clock.instant());
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String keyType, SSLEngine engine)
            throws CertificateException {
        verify(chain, PeerRole.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String keyType, SSLEngine engine)
            throws CertificateException {
        verify(chain, PeerRole.SERVER);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String keyType, Socket socket) throws CertificateException {
        verify(chain, PeerRole.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String keyType, Socket socket) throws CertificateException {
        verify(chain, PeerRole.SERVER);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String keyType) throws CertificateException {
        verify(chain, PeerRole.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String keyType) throws CertificateException {
        verify(chain, PeerRole.SERVER);
    }

    /** Empty, so that a server does not tell strangers whom it trusts. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
