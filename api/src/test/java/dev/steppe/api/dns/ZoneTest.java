package dev.steppe.api.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which names mean what. */
class ZoneTest {
    private static final Zone ZONE = Zone.standard("dc1");

    private static String shown(String name) {
        return switch (ZONE.meaning(name)) {
            case Zone.Meaning.OfService(var service, var tag) ->
                "service " + service + tag.map(it -> " with " + it).orElse("");
            case Zone.Meaning.OfConnect(var service) -> "connect " + service;
            case Zone.Meaning.OfNode(var node) -> "node " + node;
            case Zone.Meaning.Literal(var address) ->
                "address " + HexFormat.of().formatHex(address);
            case Zone.Meaning.Apex() -> "apex";
            case Zone.Meaning.Nothing() -> "nothing";
            case Zone.Meaning.Elsewhere() -> "elsewhere";
        };
    }

    @ParameterizedTest
    @CsvSource({
        "web.service.consul, service web",
        "WEB.Service.CONSUL, service web",
        "web.service.dc1.consul, service web",
        "web.service.dc1.dc.consul, service web",
        "web.service.dc2.consul, nothing",
        "web.service.dc1.dc.dc.consul, nothing",
        "v1.web.service.consul, service web with v1",
        "blue.x.web.service.consul, service web with blue.x",
        "_web._tcp.service.consul, service web",
        "_web._v1.service.dc1.consul, service web with v1",
        "_web._tcp.consul, service web",
        "_web._tcp.dc1.consul, service web",
        "_web._tcp.dc2.consul, nothing",
        "node.service.consul, service node",
        "service.consul, nothing",
        "web.connect.consul, connect web",
        "v1.web.connect.consul, nothing",
        "web.virtual.consul, nothing",
        "web.query.consul, nothing",
        "alpha.example.node.consul, node alpha.example",
        "beta.node.dc1.consul, node beta",
        "0a000001.addr.consul, address 0a000001",
        "fd000000000000000000000000000001.addr.dc1.consul, address fd000000000000000000000000000001",
        "0a0000zz.addr.consul, nothing",
        "0a00.addr.consul, nothing",
        "consul, apex",
        "whatever.consul, nothing",
        "example.com, elsewhere",
        "notconsul, elsewhere",
        "'', elsewhere",
    })
    void a_name_stands_for(String name, String expected) {
        assertThat(shown(name)).isEqualTo(expected);
    }

    @Test
    void hosts_in_answers_have_names_that_are_understood() {
        assertThat(shown(ZONE.addressName(new byte[] {10, 0, 0, 1}))).isEqualTo("address 0a000001");
        assertThat(shown(ZONE.nodeName("alpha.example"))).isEqualTo("node alpha.example");
    }
}
