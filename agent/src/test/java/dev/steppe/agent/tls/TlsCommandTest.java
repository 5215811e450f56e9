package dev.steppe.agent.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.agent.link.OwnCertificateFiles;
import dev.steppe.wire.network.AgentNames;
import dev.steppe.wire.network.AgentRole;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that operators get certificates that agents accept, in files that nobody else reads and nothing writes over. */
class TlsCommandTest {
    private static final AgentNames NOMAD = new AgentNames("global", "dc1", true);
    private static final AgentNames CONSUL = new AgentNames("global", "kv-dc1", true);

    @TempDir
    Path directory;

    private record Result(int code, String out, String err) {}

    private Result tls(String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = TlsCommand.run(
                List.of(words),
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of());
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private String good(String... words) {
        var result = tls(words);
        assertThat(result.code()).as(result.err()).isZero();
        return result.out();
    }

    private String refused(String... words) {
        var result = tls(words);
        assertThat(result.code()).as(result.out()).isEqualTo(1);
        return result.err();
    }

    private X509Certificate trusted(String authority, String name, boolean asServer) throws Exception {
        var own = OwnCertificateFiles.read(
                directory.resolve(authority), directory.resolve(name + ".pem"), directory.resolve(name + "-key.pem"));
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("authority", own.roots().getFirst());
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        var trust = (X509TrustManager) factory.getTrustManagers()[0];
        var chain = own.chain().toArray(X509Certificate[]::new);
        if (asServer) {
            trust.checkServerTrusted(chain, "ECDHE_ECDSA");
        }
        trust.checkClientTrusted(chain, "ECDHE_ECDSA");
        return own.certificate();
    }

    @Test
    void an_authority_makes_certificates_that_agents_of_a_region_accept() throws Exception {
        assertThat(good("ca", "create")).contains("==> Saved nomad-agent-ca.pem", "==> Saved nomad-agent-ca-key.pem");
        assertThat(good("cert", "create", "-server"))
                .contains("global-server-nomad.pem", "server.global.nomad, localhost, 127.0.0.1");
        good("cert", "create", "-client", "-region=global");
        good("cert", "create", "-server", "-region", "eu");

        var server = trusted("nomad-agent-ca.pem", "global-server-nomad", true);
        assertThat(NOMAD.rolesOf(server)).containsExactly(AgentRole.SERVER);
        assertThat(NOMAD.rolesOf(trusted("nomad-agent-ca.pem", "global-client-nomad", true)))
                .containsExactly(AgentRole.CLIENT);
        assertThat(NOMAD.rolesOf(trusted("nomad-agent-ca.pem", "eu-server-nomad", true)))
                .as("another region's")
                .isEmpty();
        for (String key : List.of("nomad-agent-ca-key.pem", "global-server-nomad-key.pem")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(key))))
                    .isEqualTo("rw-------");
        }
        assertThat(good("cert", "info", "-ca=nomad-agent-ca.pem", "global-server-nomad.pem"))
                .contains("server.global.nomad", "127.0.0.1", "Signed by CN=Steppe Agent CA");
        assertThat(good("ca", "info")).contains("Permitted DNS Domains = any");
    }

    @Test
    void certificates_of_a_datacenter_are_numbered_one_for_each_server() throws Exception {
        good("ca", "create", "-domain=consul");
        assertThat(good("cert", "create", "-server", "-dc", "kv-dc1")).contains("kv-dc1-server-consul-0.pem");
        assertThat(good("cert", "create", "-server", "-dc", "kv-dc1", "-node=kv-control-1"))
                .contains("kv-dc1-server-consul-1.pem", "kv-control-1.server.kv-dc1.consul");
        good(
                "cert",
                "create",
                "-client",
                "-dc=kv-dc1",
                "-additional-dnsname=lb.kv.internal",
                "-additional-ipaddress=10.0.0.7",
                "-additional-ipaddress=fd00:0:0:0:0:0:0:7");

        var server = trusted("consul-agent-ca.pem", "kv-dc1-server-consul-0", true);
        assertThat(CONSUL.rolesOf(server)).containsExactly(AgentRole.SERVER);
        assertThat(good("cert", "info", "kv-dc1-client-consul-0.pem"))
                .contains("client.kv-dc1.consul", "lb.kv.internal", "10.0.0.7, fd00::7");
    }

    @Test
    void one_certificate_may_be_for_both_dialects() throws Exception {
        good("ca", "create");
        good("cert", "create", "-server", "-region=global", "-dc=kv-dc1");
        var server = trusted("nomad-agent-ca.pem", "global-server-nomad", true);
        assertThat(CONSUL.rolesOf(server)).containsExactly(AgentRole.SERVER);
        assertThat(good("cert", "info", "global-server-nomad.pem"))
                .contains("server.global.nomad, server.kv-dc1.consul, localhost");
    }

    @Test
    void a_certificate_for_commands_is_that_of_no_agent_also_where_names_are_not_looked_at() throws Exception {
        good("ca", "create");
        good("cert", "create", "-cli");
        var certificate = trusted("nomad-agent-ca.pem", "global-cli-nomad", false);
        assertThat(new AgentNames("global", "dc1", false).rolesOf(certificate)).isEmpty();
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
    }

    @Test
    void nothing_is_written_over() throws Exception {
        good("ca", "create");
        var before = Files.readString(directory.resolve("nomad-agent-ca-key.pem"));
        assertThat(refused("ca", "create")).contains("nomad-agent-ca.pem is there already");
        assertThat(Files.readString(directory.resolve("nomad-agent-ca-key.pem")))
                .isEqualTo(before);
        good("cert", "create", "-server");
        assertThat(refused("cert", "create", "-server")).contains("global-server-nomad.pem is there already");
    }

    @Test
    void an_authority_for_some_domains_refuses_other_names() throws Exception {
        good("ca", "create", "-name-constraint", "-additional-domain=kv.internal");
        good("cert", "create", "-server", "-additional-dnsname=lb.kv.internal");
        trusted("nomad-agent-ca.pem", "global-server-nomad", true);
        assertThat(refused("cert", "create", "-client", "-additional-dnsname=www.example.com"))
                .contains("www.example.com is in none of them", "-additional-domain");
        assertThat(good("ca", "info")).contains("localhost, nomad, consul, kv.internal");
        assertThat(refused("ca", "create", "-domain=other", "-additional-domain=a.b"))
                .contains("-name-constraint");
    }

    @Test
    void an_authority_made_elsewhere_with_an_rsa_key_signs_too() throws Exception {
        var keys = directory.resolve("elsewhere.p12");
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "ca",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=Elsewhere",
                        "-ext",
                        "bc:c",
                        "-ext",
                        "ku=keyCertSign,cRLSign",
                        "-storepass",
                        "password",
                        "-keystore",
                        keys.toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        var store = KeyStore.getInstance(keys.toFile(), "password".toCharArray());
        write("company-ca.pem", "CERTIFICATE", store.getCertificate("ca").getEncoded());
        write(
                "company.key",
                "PRIVATE KEY",
                store.getKey("ca", "password".toCharArray()).getEncoded());

        good("cert", "create", "-server", "-ca=company-ca.pem", "-key=company.key");
        trusted("company-ca.pem", "global-server-nomad", true);

        good("ca", "create");
        assertThat(refused("cert", "create", "-client", "-ca=company-ca.pem", "-key=nomad-agent-ca-key.pem"))
                .contains("the key does not belong to the certificate");
        assertThat(refused("cert", "create", "-client", "-ca=global-server-nomad.pem"))
                .contains("not that of an authority");
    }

    private void write(String name, String label, byte[] der) throws Exception {
        Files.writeString(
                directory.resolve(name),
                "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                        + "-----\n");
    }

    @Test
    void what_makes_no_sense_is_refused_by_name() {
        assertThat(refused("cert", "create")).contains("one of -server, -client and -cli");
        assertThat(refused("cert", "create", "-server", "-cli")).contains("one of -server, -client and -cli");
        assertThat(refused("cert", "create", "-server")).contains("steppe tls ca create");
        assertThat(refused("ca", "create", "-days=0")).contains("-days", "1 to 36500");
        assertThat(refused("ca", "create", "-domain=../x")).contains("-domain", "no name");
        assertThat(refused("ca", "create", "-cluster-id=x")).contains("-cluster-id is not supported");
        assertThat(refused("cert", "create", "-cli", "-node=n")).contains("-node");
        assertThat(refused("cert", "create", "-server", "-additional-ipaddress=300.1.1.1"))
                .contains("no address");
        assertThat(tls("ca").out()).contains("tls ca create", "tls ca info");
        assertThat(tls("cert", "create", "-h").out()).contains("Usage: steppe tls cert create -server|-client|-cli");
    }
}
