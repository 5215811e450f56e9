package dev.steppe.mesh.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.mesh.configuration.IntentionRule.Action;
import dev.steppe.mesh.configuration.ProxyReport.Cause;
import dev.steppe.mesh.configuration.ProxyReport.InboundCounters;
import dev.steppe.mesh.configuration.ProxyReport.Refusal;
import dev.steppe.mesh.configuration.ProxyReport.Side;
import dev.steppe.mesh.configuration.ProxyReport.UpstreamCounters;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Proves that configuration and report survive their bytes, and that other bytes are refused. */
class ConfigurationCodecTest {
    private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    private static final PrivateKeyPem KEY =
            new PrivateKeyPem("-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n");

    private static ProxyConfiguration configuration() {
        var api = SpiffeId.of("trust.consul", "dc1", "api");
        var engine = SpiffeId.of("trust.consul", "dc1", "engine");
        var policy = new IntentionPolicy(
                List.of(
                        new IntentionRule("api", "engine", Action.ALLOW),
                        new IntentionRule("*", "engine", Action.DENY)),
                Action.ALLOW);
        return new ProxyConfiguration(
                42,
                new TrustBundle("trust.consul", List.of(CERTIFICATE)),
                List.of(
                        new Sidecar(
                                "a-1",
                                "engine",
                                new NetworkNamespace.Named("a-1"),
                                new Leaf(engine, CERTIFICATE, KEY),
                                Optional.of(new Inbound(
                                        new Address("192.0.2.1", 23_456), new Address("127.0.0.1", 8_080), policy)),
                                List.of()),
                        new Sidecar(
                                "a-2",
                                "api",
                                new NetworkNamespace.Host(),
                                new Leaf(api, CERTIFICATE, KEY),
                                Optional.empty(),
                                List.of(new Upstream(
                                        new Address("127.0.0.1", 9_191),
                                        "engine",
                                        engine,
                                        List.of(
                                                Address.parse("192.0.2.1:23456"),
                                                Address.parse("[2001:db8::1]:1")))))));
    }

    @Test
    void a_configuration_survives_its_bytes() {
        var configuration = configuration();
        assertThat(ConfigurationCodec.decode(ConfigurationCodec.encode(configuration)))
                .isEqualTo(configuration);
    }

    @Test
    void every_cut_and_every_changed_byte_is_refused() {
        byte[] bytes = ConfigurationCodec.encode(configuration());
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> ConfigurationCodec.decode(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        for (int at = 0; at < bytes.length; at++) {
            byte[] changed = bytes.clone();
            changed[at] ^= 1;
            assertThatThrownBy(() -> ConfigurationCodec.decode(changed)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void no_text_of_a_configuration_shows_a_private_key() {
        assertThat(configuration().toString()).contains("[private key]").doesNotContain("secret");
    }

    @Test
    void a_report_survives_its_bytes() {
        var report = new ProxyReport(
                7,
                Instant.parse("2026-11-21T04:00:00.123456789Z"),
                List.of("inbound of a-1/engine: address in use"),
                List.of(new InboundCounters("a-1", "engine", new Address("192.0.2.1", 1), 1, 2, 3, 4, 5, 6)),
                List.of(new UpstreamCounters("a-2", "api", "engine", new Address("::1", 2), 1, 2, 3, 4, 5, 6)),
                List.of(new Refusal(
                        9,
                        Instant.parse("2026-11-21T04:00:01Z"),
                        3,
                        Side.CALLER,
                        Cause.DENIED,
                        "a-2",
                        "api",
                        "engine",
                        "default deny",
                        "steppe intention create -allow api engine")));
        assertThat(ReportCodec.decode(ReportCodec.encode(report))).isEqualTo(report);
    }

    @Test
    void the_first_rule_that_names_the_caller_decides_and_says_how_to_change_it() {
        var policy = new IntentionPolicy(
                List.of(
                        new IntentionRule("api", "engine", Action.DENY),
                        new IntentionRule("*", "engine", Action.ALLOW)),
                Action.DENY);
        assertThat(policy.decide("web")).isEqualTo(new IntentionPolicy.Decision.Allowed("* -> engine allow"));
        var denied = new IntentionPolicy.Decision.Denied("api -> engine deny", true);
        assertThat(policy.decide("api")).isEqualTo(denied);
        assertThat(denied.remedy("api", "engine")).isEqualTo("steppe intention create -replace -allow api engine");
        assertThat(new IntentionPolicy(List.of(), Action.ALLOW).decide("api"))
                .isEqualTo(new IntentionPolicy.Decision.Allowed("default allow"));
    }

    @Test
    void identities_of_another_shape_name_nobody() {
        assertThat(SpiffeId.parse("spiffe://t/ns/default/dc/dc1/svc/api")).contains(SpiffeId.of("t", "dc1", "api"));
        for (String other : List.of(
                "spiffe://t/ns/default/dc/dc1/svc/",
                "spiffe://t/ns/default/dc/dc1/svc/a/b",
                "spiffe://t/agent/client/dc/dc1/id/x",
                "https://t/ns/default/dc/dc1/svc/api",
                "spiffe:///ns/default/dc/dc1/svc/api",
                "spiffe://t/ns/default/dc/dc1/svc/a%2fb")) {
            assertThat(SpiffeId.parse(other)).as(other).isEmpty();
        }
    }

    @Test
    void a_namespace_is_a_name_and_never_a_path() {
        for (String bad : List.of("", ".", "..", "a/b", "../x", ".hidden", "a b", "x".repeat(64))) {
            assertThatThrownBy(() -> new NetworkNamespace.Named(bad)).as(bad).hasMessageContaining("network namespace");
        }
    }
}
