package dev.steppe.cli.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * How a command knows an agent over TLS, and what it shows of itself; an empty text is not said. Without an authority those
 * of the Java installation count, as for any public server.
 *
 * @param authorityFile certificates of authorities in PEM
 * @param authorityDirectory a directory of such files
 * @param certificateFile the own certificate in PEM
 * @param serverName the name that the agent's certificate must have, where that is not the host of its address
 * @param unverified whether any certificate will do
 */
public record TlsTerms(
        String authorityFile,
        String authorityDirectory,
        String certificateFile,
        String keyFile,
        String serverName,
        boolean unverified) {
    private static final String TLS = "TLS";
    private static final char[] IN_MEMORY = "in memory".toCharArray();

    /** Nothing is said. */
    public static TlsTerms standard() {
        return new TlsTerms("", "", "", "", "", false);
    }

    /** Makes a connection secure; the handshake is done when it returns. Fails with what is wrong and which file. */
    Socket over(Socket plain, String host, int port) throws IOException {
        var name = serverName.isEmpty() ? host : serverName;
        var socket = (SSLSocket) context().getSocketFactory().createSocket(plain, name, port, true);
        var parameters = socket.getSSLParameters();
        if (!unverified) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        socket.setSSLParameters(parameters);
        try {
            socket.startHandshake();
        } catch (SSLHandshakeException refused) {
            throw new SSLHandshakeException(TlsFailure.words(refused, this, name), refused);
        }
        return socket;
    }

    private SSLContext context() throws IOException {
        try {
            var context = SSLContext.getInstance(TLS);
            context.init(keys(), trust(), null);
            return context;
        } catch (GeneralSecurityException unusable) {
            throw new IOException("TLS cannot be used here: " + unusable.getMessage(), unusable);
        }
    }

    private KeyManager[] keys() throws IOException, GeneralSecurityException {
        if (certificateFile.isEmpty() && keyFile.isEmpty()) {
            return new KeyManager[0];
        }
        if (certificateFile.isEmpty() || keyFile.isEmpty()) {
            throw new IOException("a certificate of one's own is two files: name both, -client-cert and -client-key");
        }
        var chain = certificates(Path.of(certificateFile)).toArray(Certificate[]::new);
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", KeyText.read(Path.of(keyFile)), IN_MEMORY, chain);
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, IN_MEMORY);
        return factory.getKeyManagers();
    }

    private TrustManager[] trust() throws IOException, GeneralSecurityException {
        if (unverified) {
            return new TrustManager[] {new Anybody()};
        }
        List<X509Certificate> authorities = new ArrayList<>();
        if (!authorityFile.isEmpty()) {
            authorities.addAll(certificates(Path.of(authorityFile)));
        } else if (!authorityDirectory.isEmpty()) {
            try (var files = Files.list(Path.of(authorityDirectory))) {
                for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                    authorities.addAll(certificates(file));
                }
            }
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        if (authorities.isEmpty()) {
            factory.init((KeyStore) null);
        } else {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (var i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("authority" + i, authorities.get(i));
            }
            factory.init(store);
        }
        return factory.getTrustManagers();
    }

    private static Collection<X509Certificate> certificates(Path file) throws IOException {
        try {
            var bytes = Files.readAllBytes(file);
            List<X509Certificate> all = new ArrayList<>();
            for (var certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes))) {
                all.add((X509Certificate) certificate);
            }
            if (all.isEmpty()) {
                throw new IOException(file + " holds no certificate in PEM");
            }
            return all;
        } catch (CertificateException damaged) {
            throw new IOException(file + " holds no certificate in PEM that can be read", damaged);
        } catch (java.nio.file.NoSuchFileException missing) {
            throw new IOException("there is no file " + file + " with a certificate", missing);
        }
    }

    /** Where somebody wants it so. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String method) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String method) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String method, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String method, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String method, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String method, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
