package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.agent.tls.TlsCommand;
import dev.steppe.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves on a real agent with certificates of its operator who may call its APIs, how, and what a reload changes. */
class SecuredAgentTest {
    private static final Duration PATIENCE = Duration.ofSeconds(240);

    @TempDir
    Path directory;

    private Path files;
    private Optional<Assembly> agent = Optional.empty();

    private record Result(int code, String out, String err) {}

    @BeforeEach
    void certificates() throws Exception {
        files = Files.createDirectory(directory.resolve("certificates"));
        tls("ca", "create");
        tls("cert", "create", "-server", "-dc=dc1", "-region=global");
        tls("cert", "create", "-cli");
    }

    @AfterEach
    void stop() throws Exception {
        if (agent.isPresent()) {
            agent.get().stopAndRemove();
        }
    }

    private void tls(String... words) {
        var err = new ByteArrayOutputStream();
        int code = TlsCommand.run(
                List.of(words),
                files,
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of());
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
    }

    private AgentOptions options(String nomad, String consul) throws Exception {
        var own = """
                ca_file   = "%1$s/nomad-agent-ca.pem"
                cert_file = "%1$s/global-server-nomad.pem"
                key_file  = "%1$s/global-server-nomad-key.pem"
                """.formatted(files);
        var first = directory.resolve("nomad.hcl");
        Files.writeString(first, """
                name = "secured"
                bind_addr = "127.0.0.1"
                data_dir = "%s"
                ports {
                  http = 0
                  rpc = 0
                  dns = 0
                }
                server { enabled = true }
                tls {
                  http = true
                  rpc  = true
                  verify_server_hostname = true
                  %s
                  %s
                }
                """.formatted(directory.resolve("data"), own, nomad));
        var second = directory.resolve("consul.hcl");
        Files.writeString(second, """
                server = true
                ports {
                  http  = -1
                  https = 0
                }
                tls {
                  defaults {
                    %s
                    %s
                  }
                }
                """.formatted(own, consul));
        var parsed = AgentArguments.parse(List.of("-config=" + first, "-config=" + second), Map.of(), false);
        return parsed.options().orElseThrow(() -> new AssertionError(parsed.trouble()));
    }

    private Assembly start(String nomad, String consul) throws Exception {
        var started = Assembly.start(options(nomad, consul));
        agent = Optional.of(started);
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (started.server().operator().health().servers().isEmpty()) {
            assertThat(System.nanoTime()).as("a leader").isLessThan(until);
            LockSupport.parkNanos(50_000_000);
        }
        return started;
    }

    private Result command(Map<String, String> environment, String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = Main.run(
                Arrays.asList(words),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment);
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Map<String, String> environment(String... more) {
        var all = new TreeMap<String, String>();
        all.put(
                "NOMAD_ADDR",
                "https://127.0.0.1:" + agent.orElseThrow().nomadAddress().getPort());
        all.put(
                "CONSUL_HTTP_ADDR",
                "127.0.0.1:" + agent.orElseThrow().consulAddress().getPort());
        all.put("CONSUL_HTTP_SSL", "true");
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    private String file(String name) {
        return files.resolve(name).toString();
    }

    @Test
    void commands_of_both_dialects_speak_to_an_agent_they_know_by_its_authority() throws Exception {
        start("", "");
        var known =
                environment("NOMAD_CACERT", file("nomad-agent-ca.pem"), "CONSUL_CACERT", file("nomad-agent-ca.pem"));
        var members = command(known, "server", "members");
        assertThat(members.out()).as(members.err()).contains("secured.global", "alive");
        assertThat(command(known, "catalog", "services").out()).contains("consul");
        assertThat(command(known, "members").out()).contains("secured");

        var stranger = command(environment(), "server", "members");
        assertThat(stranger.code()).isEqualTo(1);
        assertThat(stranger.err()).contains("not of an authority this machine knows", "NOMAD_CACERT");
        var byFlag = command(environment(), "server", "members", "-ca-cert=" + file("nomad-agent-ca.pem"));
        assertThat(byFlag.code()).as(byFlag.err()).isZero();
        var authorities = Files.createDirectory(directory.resolve("authorities"));
        Files.copy(files.resolve("nomad-agent-ca.pem"), authorities.resolve("one.pem"));
        assertThat(command(environment("NOMAD_CAPATH", authorities.toString()), "server", "members")
                        .code())
                .isZero();
        assertThat(command(environment("NOMAD_SKIP_VERIFY", "1"), "server", "members")
                        .code())
                .isZero();
        assertThat(command(environment("CONSUL_HTTP_SSL_VERIFY", "false"), "members")
                        .code())
                .isZero();
        var named = command(known, "server", "members", "-tls-server-name=server.global.nomad");
        assertThat(named.code()).as(named.err()).isZero();
        var other = command(known, "server", "members", "-tls-server-name=server.eu.nomad");
        assertThat(other.err()).contains("not for server.eu.nomad", "-tls-server-name");
    }

    @Test
    void who_speaks_plain_http_to_a_secure_port_is_told_so() throws Exception {
        var started = start("", "");
        try (var socket = new Socket("127.0.0.1", started.nomadAddress().getPort())) {
            socket.getOutputStream().write("GET /v1/jobs HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("400 Bad Request", "this port speaks HTTPS");
        }
        var plain = environment(
                "NOMAD_ADDR", "http://127.0.0.1:" + started.nomadAddress().getPort());
        assertThat(command(plain, "status").err()).contains("this port speaks HTTPS: write https://");
    }

    @Test
    void callers_must_show_a_certificate_where_the_agent_asks_for_one() throws Exception {
        start("verify_https_client = true", "verify_incoming = true");
        var without =
                environment("NOMAD_CACERT", file("nomad-agent-ca.pem"), "CONSUL_CACERT", file("nomad-agent-ca.pem"));
        assertThat(command(without, "server", "members").err()).contains("no secure connection");
        assertThat(command(without, "members").code()).isEqualTo(1);
        var with = new TreeMap<>(without);
        for (String product : List.of("NOMAD", "CONSUL")) {
            with.put(product + "_CLIENT_CERT", file("global-cli-nomad.pem"));
            with.put(product + "_CLIENT_KEY", file("global-cli-nomad-key.pem"));
        }
        var members = command(with, "server", "members");
        assertThat(members.code()).as(members.err()).isZero();
        assertThat(command(with, "members").code()).isZero();
        with.remove("NOMAD_CLIENT_KEY");
        assertThat(command(with, "server", "members").err()).contains("-client-cert and -client-key");
    }

    @Test
    void a_reload_brings_new_certificates_to_new_connections_and_a_wrong_file_keeps_the_old() throws Exception {
        var started = start("", "");
        var log = new ByteArrayOutputStream();
        var arguments =
                List.of("-config=" + directory.resolve("nomad.hcl"), "-config=" + directory.resolve("consul.hcl"));
        var parsed = AgentArguments.parse(arguments, Map.of(), false);
        try (var console = dev.steppe.agent.log.AgentLog.install(
                        parsed.options().orElseThrow().configuration().log(),
                        new PrintStream(log, true, StandardCharsets.UTF_8));
                var open = connect(started)) {
            var reloading =
                    new Reloading(arguments, Map.of(), false, parsed.words().orElseThrow(), console);
            reloading.follow(started);
            var before = certificate(started);
            assertThat(certificateOf(open)).isEqualTo(before);
            assertThat(reloading.again()).containsExactly("nothing is written otherwise");

            Files.delete(files.resolve("global-server-nomad.pem"));
            Files.delete(files.resolve("global-server-nomad-key.pem"));
            tls("cert", "create", "-server", "-days=30");
            var again = command(
                    environment(
                            "CONSUL_CACERT", file("nomad-agent-ca.pem"), "NOMAD_CACERT", file("nomad-agent-ca.pem")),
                    "reload");
            assertThat(again.out())
                    .as(again.err())
                    .contains("the certificate before other agents", "of the Nomad API", "of the Consul API");
            assertThat(certificate(started)).isNotEqualTo(before);
            open.getOutputStream()
                    .write("GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(line(open.getInputStream()))
                    .as("an open connection goes on")
                    .contains("200 OK");

            var present = certificate(started);
            Files.copy(
                    files.resolve("global-cli-nomad-key.pem"),
                    files.resolve("global-server-nomad-key.pem"),
                    StandardCopyOption.REPLACE_EXISTING);
            reloading.onSignal();
            assertThat(log.toString(StandardCharsets.UTF_8))
                    .contains("the certificates in use stay", "global-server-nomad-key.pem does not belong");
            assertThat(certificate(started)).isEqualTo(present);
        }
    }

    @Test
    void a_certificate_that_others_would_not_take_is_refused_before_the_start() throws Exception {
        var before = options("", "");
        Files.delete(files.resolve("global-server-nomad.pem"));
        Files.delete(files.resolve("global-server-nomad-key.pem"));
        tls("cert", "create", "-client");
        Files.move(files.resolve("global-client-nomad.pem"), files.resolve("global-server-nomad.pem"));
        Files.move(files.resolve("global-client-nomad-key.pem"), files.resolve("global-server-nomad-key.pem"));
        assertThat(failure(before)).contains("is for client.global.nomad", "steppe tls cert create -server");
        Files.delete(files.resolve("nomad-agent-ca.pem"));
        Files.delete(files.resolve("nomad-agent-ca-key.pem"));
        tls("ca", "create");
        assertThat(failure(before)).contains("was not signed by the authority");
    }

    private static String failure(AgentOptions options) {
        try (var started = Assembly.start(options)) {
            return "started " + started;
        } catch (java.io.IOException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    private SSLSocket connect(Assembly started) throws Exception {
        var context = javax.net.ssl.SSLContext.getInstance("TLS");
        var store = java.security.KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var pem = Files.newInputStream(files.resolve("nomad-agent-ca.pem"))) {
            store.setCertificateEntry(
                    "ca",
                    java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        var trust = javax.net.ssl.TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        context.init(null, trust.getTrustManagers(), null);
        var socket = (SSLSocket) context.getSocketFactory()
                .createSocket("127.0.0.1", started.nomadAddress().getPort());
        socket.startHandshake();
        return socket;
    }

    private static X509Certificate certificateOf(SSLSocket socket) throws Exception {
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }

    private X509Certificate certificate(Assembly started) throws Exception {
        try (var socket = connect(started)) {
            return certificateOf(socket);
        }
    }

    private static String line(InputStream input) throws Exception {
        var bytes = new ArrayList<Byte>();
        for (int next = input.read(); next >= 0 && next != '\n'; next = input.read()) {
            bytes.add((byte) next);
        }
        var all = new byte[bytes.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = bytes.get(i);
        }
        return new String(all, StandardCharsets.UTF_8);
    }
}
