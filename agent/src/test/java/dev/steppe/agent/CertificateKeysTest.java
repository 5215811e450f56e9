package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.language.source.Diagnostic;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each word about certificates, in both dialects and of all ages, has its effect on an agent that runs. */
class CertificateKeysTest {
    private static final String NOMAD = """
            name     = "certified"
            data_dir = "%s"
            ports {
              http = 0
              rpc  = 0
              dns  = 0
            }
            server {
              enabled = true
            }
            """;
    private static final String CONSUL = """
            server    = true
            bind_addr = "127.0.0.11"
            ports {
              http  = -1
              https = 0
            }
            """;
    private static final String OK = "HTTP/1.1 200 OK";

    @TempDir
    Path directory;

    private AuthorityOfTests authority;
    private AuthorityOfTests.Pair caller;
    private Optional<Assembly> agent = Optional.empty();

    @BeforeEach
    void certificates() throws IOException {
        authority = new AuthorityOfTests(directory.resolve("certificates"));
        caller = authority.caller();
    }

    @AfterEach
    void stop() throws Exception {
        if (agent.isPresent()) {
            agent.get().stopAndRemove();
        }
    }

    private Assembly start(String nomad, String consul) throws Exception {
        var one = Files.writeString(directory.resolve("nomad.hcl"), NOMAD.formatted(directory.resolve("data")) + nomad);
        var other = Files.writeString(directory.resolve("consul.hcl"), CONSUL + consul);
        var parsed = AgentArguments.parse(List.of("-config=" + one, "-config=" + other), Map.of(), false);
        assertThat(Diagnostic.render(parsed.diagnostics())).isEmpty();
        var started = Assembly.start(parsed.options().orElseThrow(() -> new IOException(parsed.trouble())));
        agent = Optional.of(started);
        Awaiting.await(
                "a leader",
                () -> !started.server().operator().health().servers().isEmpty());
        return started;
    }

    private static String authorities(String word, Path place) {
        return word + " = \"" + place + "\"\n";
    }

    private static String words(AuthorityOfTests.Pair pair) {
        return "cert_file = \"" + pair.certificate() + "\"\nkey_file = \"" + pair.key() + "\"\n";
    }

    private String caFile() {
        return authorities("ca_file", authority.certificate());
    }

    /** How long it takes until somebody who connects and says nothing is hung up on. */
    private static Duration patience(InetSocketAddress address) throws IOException {
        try (var socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(60_000);
            long begun = System.nanoTime();
            socket.getInputStream().readAllBytes();
            return Duration.ofNanos(System.nanoTime() - begun);
        }
    }

    /** A machine that is busy may be late, and one that has five seconds never hangs up before they are over. */
    private static void awaitImpatience(InetSocketAddress address) throws Exception {
        Awaiting.await(
                "the end before the usual time", () -> patience(address).compareTo(Duration.ofMillis(4_500)) < 0);
    }

    @Test
    void each_api_and_the_traffic_between_agents_have_certificates_and_terms_of_their_own() throws Exception {
        var started = start("""
                tls {
                  http            = true
                  tls_min_version = "tls13"
                  %s
                  %s
                }
                limits {
                  https_handshake_timeout = "200ms"
                }
                """.formatted(caFile(), words(authority.server("nomad.example"))), """
                addresses {
                  https = "127.0.0.4"
                }
                limits {
                  https_handshake_timeout = "200ms"
                }
                tls {
                  https {
                    tls_min_version = "TLSv1_3"
                    verify_incoming = true
                    %s
                    %s
                  }
                  internal_rpc {
                    verify_server_hostname = false
                    %s
                    %s
                  }
                }
                """.formatted(
                        caFile(),
                        words(authority.server("consul.example")),
                        authorities("ca_path", AuthorityOfTests.folder(directory.resolve("one"), authority)),
                        words(authority.client("agents.example"))));
        var nomad = started.nomadAddress();
        assertThat(authority.shownAt(nomad)).contains("nomad.example");
        assertThat(authority.answer(nomad, Optional.empty(), "TLSv1.3")).isEqualTo(OK);
        assertThat(authority.answer(nomad, Optional.empty(), "TLSv1.2")).startsWith("refused");
        awaitImpatience(nomad);

        var consul = started.consulAddress();
        assertThat(consul.getHostString()).isEqualTo("127.0.0.4");
        assertThat(authority.shownAt(consul)).contains("consul.example");
        assertThat(authority.answer(consul, Optional.of(caller), "TLSv1.3")).isEqualTo(OK);
        assertThat(authority.answer(consul, Optional.empty(), "TLSv1.3")).startsWith("refused");
        assertThat(authority.answer(consul, Optional.of(caller), "TLSv1.2")).startsWith("refused");
        awaitImpatience(consul);

        var agents = started.agentAddress().orElseThrow();
        assertThat(agents.getHostString()).isEqualTo("127.0.0.11");
        assertThat(authority.shownAt(agents)).contains("agents.example");
    }

    @Test
    void what_consul_s_defaults_say_holds_unless_a_part_says_otherwise() throws Exception {
        var other = new AuthorityOfTests(directory.resolve("others"));
        var started = start("", """
                tls {
                  defaults {
                    tls_min_version        = "TLSv1_3"
                    verify_incoming        = true
                    verify_server_hostname = true
                    %s
                    %s
                  }
                  https {
                    %s
                  }
                }
                """.formatted(
                        authorities("ca_path", AuthorityOfTests.folder(directory.resolve("one"), authority)),
                        words(authority.server("all.example")),
                        authorities("ca_path", AuthorityOfTests.folder(directory.resolve("two"), authority, other))));
        var consul = started.consulAddress();
        assertThat(authority.shownAt(started.agentAddress().orElseThrow())).contains("all.example");
        assertThat(authority.shownAt(consul)).contains("all.example");
        assertThat(authority.answer(consul, Optional.of(other.caller()), "TLSv1.3"))
                .as("of an authority that only the API knows")
                .isEqualTo(OK);
        assertThat(authority.answer(consul, Optional.empty(), "TLSv1.3")).startsWith("refused");
        assertThat(authority.answer(consul, Optional.of(caller), "TLSv1.2")).startsWith("refused");
    }

    @Test
    void words_at_the_top_hold_where_no_block_says_otherwise() throws Exception {
        var own = authority.server("old.example");
        var started = start("", caFile() + words(own) + "tls_min_version = \"tls13\"\nverify_incoming = true\n");
        var consul = started.consulAddress();
        assertThat(authority.shownAt(started.agentAddress().orElseThrow())).contains("old.example");
        assertThat(authority.shownAt(consul)).contains("old.example");
        assertThat(authority.answer(consul, Optional.of(caller), "TLSv1.3")).isEqualTo(OK);
        assertThat(authority.answer(consul, Optional.of(caller), "TLSv1.2")).startsWith("refused");
        assertThat(authority.answer(consul, Optional.empty(), "TLSv1.3")).startsWith("refused");
        started.stopAndRemove();

        var folder = AuthorityOfTests.folder(directory.resolve("one"), authority);
        var again = start("", authorities("ca_path", folder) + words(own) + "verify_incoming_https = true\n")
                .consulAddress();
        assertThat(authority.answer(again, Optional.of(caller), "TLSv1.2")).isEqualTo(OK);
        assertThat(authority.answer(again, Optional.empty(), "TLSv1.2")).startsWith("refused");
    }

    @Test
    void a_server_whose_certificate_is_not_for_one_does_not_start_where_names_count() throws Exception {
        var words = caFile() + words(authority.client("client.example"));
        for (String counting : List.of(
                "verify_server_hostname = true\n" + words,
                "tls {\ndefaults {\nverify_server_hostname = true\n" + words + "}\n}\n",
                "tls {\ndefaults {\n" + words + "}\ninternal_rpc {\nverify_server_hostname = true\n}\n}\n")) {
            assertThatThrownBy(() -> start("", counting))
                    .as(counting)
                    .hasMessageContaining("is for client.global.nomad")
                    .hasMessageContaining("server.global.nomad");
        }
        var nomad = "tls {\nrpc = true\nverify_server_hostname = %s\n" + words + "}\n";
        var consul = caFile() + words(authority.server("api.example"));
        assertThatThrownBy(() -> start(nomad.formatted("true"), consul))
                .hasMessageContaining("is for client.global.nomad");
        assertThat(authority.shownAt(
                        start(nomad.formatted("false"), consul).agentAddress().orElseThrow()))
                .contains("client.example");
    }
}
