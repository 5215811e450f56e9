package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.agent.tls.TlsCommand;
import dev.steppe.security.Secret;
import dev.steppe.security.certificate.PemText;
import dev.steppe.wire.network.AgentNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** An authority of an operator, made by this program's own commands, with certificates of agents and their callers. */
final class AuthorityOfTests {
    private static final String ROOT = "nomad-agent-ca.pem";

    private final Path files;

    /** A certificate and its key. */
    record Pair(Path certificate, Path key) {}

    AuthorityOfTests(Path files) throws IOException {
        this.files = Files.createDirectories(files);
        run("ca", "create");
    }

    Path certificate() {
        return files.resolve(ROOT);
    }

    /** A directory that holds these authorities and nothing else. */
    static Path folder(Path at, AuthorityOfTests... authorities) throws IOException {
        Files.createDirectories(at);
        for (int i = 0; i < authorities.length; i++) {
            Files.copy(authorities[i].certificate(), at.resolve("authority-" + i + ".pem"));
        }
        return at;
    }

    /** Of a server, and for one more name by which it is known again. */
    Pair server(String name) throws IOException {
        return server(name, "global");
    }

    Pair server(String name, String region) throws IOException {
        run("cert", "create", "-server", "-region=" + region, "-additional-dnsname=" + name);
        return named(name, region + "-server-nomad");
    }

    /** Of an agent without a server. */
    Pair client(String name) throws IOException {
        run("cert", "create", "-client", "-additional-dnsname=" + name);
        return named(name, "global-client-nomad");
    }

    /** Of somebody who calls. */
    Pair caller() throws IOException {
        run("cert", "create", "-cli");
        return named("caller", "global-cli-nomad");
    }

    /** The words of a configuration for traffic between agents. */
    String between(Pair pair) {
        return """
                tls {
                  rpc                    = true
                  verify_server_hostname = true
                  ca_file                = "%s"
                  cert_file              = "%s"
                  key_file               = "%s"
                }
                """.formatted(certificate(), pair.certificate(), pair.key());
    }

    private Pair named(String name, String stem) throws IOException {
        return new Pair(
                Files.move(files.resolve(stem + ".pem"), files.resolve(name + ".pem")),
                Files.move(files.resolve(stem + "-key.pem"), files.resolve(name + "-key.pem")));
    }

    private void run(String... words) {
        var err = new ByteArrayOutputStream();
        int code = TlsCommand.run(
                Arrays.asList(words),
                files,
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of());
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
    }

    /** The names that whoever listens there shows. */
    List<String> shownAt(InetSocketAddress address) throws Exception {
        try (var socket = connect(address, Optional.empty(), "TLSv1.3")) {
            return AgentNames.namesOf((X509Certificate) socket.getSession().getPeerCertificates()[0]);
        }
    }

    /** The first line that an API answers over TLS, or why none came. */
    String answer(InetSocketAddress address, Optional<Pair> shown, String... versions) throws Exception {
        try (var socket = connect(address, shown, versions)) {
            socket.getOutputStream()
                    .write("GET /v1/status/leader HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("closed");
        } catch (IOException refused) {
            return "refused: " + refused.getMessage();
        }
    }

    private SSLSocket connect(InetSocketAddress address, Optional<Pair> shown, String... versions) throws Exception {
        var trusted = TrustManagerFactory.getInstance("PKIX");
        var authorities = store();
        for (X509Certificate root : PemText.certificates(Files.readString(certificate()))) {
            authorities.setCertificateEntry("authority", root);
        }
        trusted.init(authorities);
        var context = SSLContext.getInstance("TLS");
        context.init(shown.isPresent() ? keys(shown.get()).getKeyManagers() : null, trusted.getTrustManagers(), null);
        var socket = (SSLSocket) context.getSocketFactory().createSocket(address.getHostString(), address.getPort());
        socket.setSoTimeout(20_000);
        socket.setEnabledProtocols(versions);
        socket.startHandshake();
        return socket;
    }

    private static KeyStore store() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /** What a server or a caller shows in Java's own words. */
    static KeyManagerFactory keys(Pair pair) throws Exception {
        var password = "changeit".toCharArray();
        var store = store();
        var chain = new ArrayList<Certificate>(PemText.certificates(Files.readString(pair.certificate())));
        store.setKeyEntry(
                "own",
                PemText.privateKey(Secret.ofText(Files.readString(pair.key()))),
                password,
                chain.toArray(new Certificate[0]));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        return keys;
    }
}
