package dev.steppe.agent.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.language.source.Diagnostic;
import dev.steppe.language.source.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves that the configuration files of a published guide are understood word for word, alone and side by side. */
class GuideFilesTest {
    private static ConfigurationReader.Parsed read(String... names) throws IOException {
        var sources = new ArrayList<Source>();
        for (String name : names) {
            try (var stream = GuideFilesTest.class.getResourceAsStream("guide-" + name + ".hcl")) {
                sources.add(new Source(name + ".hcl", new String(stream.readAllBytes(), StandardCharsets.UTF_8)));
            }
        }
        return ConfigurationReader.read(sources, List.of(), false);
    }

    private static List<String> messages(ConfigurationReader.Parsed parsed, Finding.Weight weight) {
        return parsed.findings().stream()
                .filter(finding -> finding.weight() == weight)
                .map(finding -> finding.diagnostic().message())
                .toList();
    }

    private static void assertValid(ConfigurationReader.Parsed parsed) {
        assertThat(Diagnostic.render(parsed.findings().stream()
                        .filter(finding -> finding.weight() == Finding.Weight.WRONG)
                        .map(Finding::diagnostic)
                        .toList()))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nomad-server", "consul-server", "client-docker", "client-edge", "consul-client"})
    void each_file_is_valid_alone(String name) throws IOException {
        assertValid(read(name));
    }

    @Test
    void the_files_of_a_server_make_one_server() throws IOException {
        var parsed = read("nomad-server", "consul-server");
        assertValid(parsed);
        var configuration = parsed.configuration();
        assertThat(configuration.datacenter()).isEqualTo("kv-dc1");
        assertThat(configuration.server().enabled()).isTrue();
        assertThat(configuration.server().bootstrapExpect()).isEqualTo(3);
        assertThat(configuration.client().enabled()).isFalse();
        assertThat(configuration.dataDir()).hasToString("Optional[/opt/nomad]");
        assertThat(configuration.allowByDefault()).isFalse();
        assertThat(messages(parsed, Finding.Weight.AT_START))
                .containsExactly("\"server.encrypt\" is not a key", "\"encrypt\" is not a key");
        assertThat(configuration.accessControl()).isTrue();
        assertThat(configuration.listening().nomad()).containsExactly("0.0.0.0");
        assertThat(configuration.listening().consul()).containsExactly("127.0.0.1");
        assertThat(configuration.listening().names()).containsExactly("127.0.0.1");
        assertThat(messages(parsed, Finding.Weight.NOTICE))
                .contains(
                        "\"consul.address\" is met by construction",
                        "\"consul.token\" is met by construction",
                        "\"connect.enabled\" is met by construction",
                        "\"data_dir\" is not used: \"data_dir\" in nomad-server.hcl line 2 counts",
                        "\"tls.ca_file\" names a file that cannot be read on this machine");
    }

    @ParameterizedTest
    @ValueSource(strings = {"client-docker", "client-edge"})
    void the_files_of_a_client_make_one_client(String name) throws IOException {
        var parsed = read(name, "consul-client");
        assertValid(parsed);
        var configuration = parsed.configuration();
        assertThat(configuration.datacenter()).isEqualTo("kv-dc1");
        assertThat(configuration.server().enabled()).isFalse();
        assertThat(configuration.client().enabled()).isTrue();
        assertThat(configuration.accessControl()).isTrue();
        assertThat(configuration.listening().nomad()).containsExactly("127.0.0.1");
        assertThat(configuration.client().meta()).containsKey("workload_class");
        assertThat(configuration.plugins().rawExec().enabled()).isEqualTo(name.equals("client-edge"));
        assertThat(messages(parsed, Finding.Weight.AT_START)).contains("\"encrypt\" is not a key");
        assertThat(configuration.client().cni().programs()).containsExactly(Path.of("/opt/cni/bin"));
    }

    @Test
    void no_token_and_no_key_is_shown() throws IOException {
        var parsed = read("nomad-server", "consul-server");
        var shown = parsed.findings().stream()
                .map(finding -> finding.diagnostic().render())
                .toList();
        assertThat(shown)
                .noneMatch(text -> text.contains("GOSSIP_KEY"))
                .noneMatch(text -> text.contains("consul-token"));
    }
}
