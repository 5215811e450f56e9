package dev.steppe.security.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves that identities are read exactly, and that nothing that merely looks like one is. */
class SpiffeIdTest {
    private static final TrustDomain DOMAIN =
            TrustDomain.ofCluster(UUID.fromString("11111111-2222-3333-4444-555555555555"));

    @Test
    void a_service_identity_has_the_path_of_the_consul_mesh() throws Exception {
        SpiffeId.Service id = new SpiffeId.Service(DOMAIN, "default", "dc1", "transcode-api");
        assertThat(id.text())
                .isEqualTo("spiffe://11111111-2222-3333-4444-555555555555.consul/ns/default/dc/dc1/svc/transcode-api");
        assertThat(SpiffeId.parse(id.text())).isEqualTo(id);
    }

    @Test
    void agents_and_authorities_have_paths_of_their_own() throws Exception {
        SpiffeId client = new SpiffeId.ClientAgent(DOMAIN, "dc1", "node-1.example");
        SpiffeId server = new SpiffeId.ServerAgent(DOMAIN, "dc1");
        SpiffeId authority = new SpiffeId.Authority(DOMAIN);
        assertThat(client.path()).isEqualTo("/agent/client/dc/dc1/id/node-1.example");
        assertThat(server.path()).isEqualTo("/agent/server/dc/dc1");
        assertThat(SpiffeId.parse(client.text())).isEqualTo(client);
        assertThat(SpiffeId.parse(server.text())).isEqualTo(server);
        assertThat(SpiffeId.parse(authority.text())).isEqualTo(authority);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "https://a.consul/ns/default/dc/dc1/svc/web",
                "SPIFFE://a.consul/ns/default/dc/dc1/svc/web",
                "spiffe://",
                "spiffe:///ns/default/dc/dc1/svc/web",
                "spiffe://A.consul/ns/default/dc/dc1/svc/web",
                "spiffe://a.consul:8080/ns/default/dc/dc1/svc/web",
                "spiffe://user@a.consul/ns/default/dc/dc1/svc/web",
                "spiffe://a.consul/",
                "spiffe://a.consul/ns/default/dc/dc1/svc/",
                "spiffe://a.consul/ns/default/dc/dc1/svc/web/",
                "spiffe://a.consul/ns/default/dc/dc1/svc/web?x=1",
                "spiffe://a.consul/ns/default/dc/dc1/svc/web#x",
                "spiffe://a.consul/ns/default/dc/dc1/svc/%77eb",
                "spiffe://a.consul/ns/default/dc/../svc/web",
                "spiffe://a.consul//ns/default/dc/dc1/svc/web",
                "spiffe://a.consul/agent/client/dc/dc1",
                "spiffe://a.consul/agent/server/dc/dc1/id/x"
            })
    void what_is_not_exactly_an_identity_is_refused(String text) {
        assertThatThrownBy(() -> SpiffeId.parse(text))
                .isInstanceOfSatisfying(
                        IdentityRefused.class,
                        e -> assertThat(e.reason()).isEqualTo(IdentityRefused.Reason.NOT_AN_IDENTITY));
    }

    @Test
    void partitions_are_refused_by_name() {
        assertThatThrownBy(() -> SpiffeId.parse("spiffe://a.consul/ap/team/ns/default/dc/dc1/svc/web"))
                .hasMessageContaining("admin partitions");
    }

    @Test
    void a_refusal_repeats_hostile_text_shortened_and_without_control_characters() {
        String hostile = "spiffe://" + "\u001b[31m\n".repeat(200);
        assertThatThrownBy(() -> SpiffeId.parse(hostile)).satisfies(e -> {
            assertThat(e.getMessage().length()).isLessThan(1200);
            assertThat(e.getMessage()).doesNotContain("\n").doesNotContain("\u001b");
        });
    }

    @ParameterizedTest
    @CsvSource({"'',1 to 255", "'a b',' '", "'é',?"})
    void a_service_that_cannot_be_named_does_not_exist(String name, String hint) {
        assertThatThrownBy(() -> new SpiffeId.Service(DOMAIN, "default", "dc1", name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(hint);
    }
}
