package dev.steppe.mesh.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.mesh.World;
import dev.steppe.mesh.catalog.Catalog;
import dev.steppe.mesh.catalog.ServerAgent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Proves which names mean what, and that a service that is not well is known but has no addresses. */
class NamesTest {
    private static final String WEB = """
            "Services":[{"Name":"web","PortLabel":"http","Tags":["v1","Blue.x"],"Connect":{"SidecarService":{}}},
                        {"Name":"Mixed-Case","PortLabel":"1"}]""";
    private static final World WORLD = new World()
            .node("n1", "Alpha.example", "10.0.0.1")
            .node("n2", "beta", "10.0.0.2")
            .job("shop", WEB)
            .place("a1", "shop", "n1", "http:20001:0", "connect-proxy-web:20002:-1")
            .place("a2", "shop", "n2", "http:20003:0", "connect-proxy-web:20004:-1")
            .running("a1")
            .running("a2");
    private static final Names NAMES = new Names("Consul.", "dc1");

    private static String shown(String name) {
        Catalog catalog = Catalog.of(WORLD.snapshot(), List.of(new ServerAgent("beta", "10.0.0.2", 4646, 4647)), "dc1");
        return switch (NAMES.resolve(catalog, name)) {
            case Resolution.Services(var instances) ->
                String.join(
                        " ",
                        instances.stream()
                                .map(it -> it.address() + ":" + it.port())
                                .toList());
            case Resolution.OfNode(var node) -> "node " + node.address();
            case Resolution.OfAddress(var ip) -> "address " + ip;
            case Resolution.Domain(var servers) ->
                "domain "
                        + String.join(
                                " ", servers.stream().map(it -> it.address()).toList());
            case Resolution.NoSuchName() -> "none";
            case Resolution.OtherDomain() -> "other";
        };
    }

    @ParameterizedTest
    @CsvSource({
        "web.service.consul, 10.0.0.1:20001 10.0.0.2:20003",
        "WEB.Service.CONSUL., 10.0.0.1:20001 10.0.0.2:20003",
        "web.service.dc1.consul, 10.0.0.1:20001 10.0.0.2:20003",
        "web.service.dc1.dc.consul, 10.0.0.1:20001 10.0.0.2:20003",
        "web.service.dc2.consul, none",
        "v1.web.service.consul, 10.0.0.1:20001 10.0.0.2:20003",
        "blue.x.web.service.consul, 10.0.0.1:20001 10.0.0.2:20003",
        "v9.web.service.consul, none",
        "_web._tcp.service.consul, 10.0.0.1:20001 10.0.0.2:20003",
        "_web._v1.service.dc1.consul, 10.0.0.1:20001 10.0.0.2:20003",
        "_web._tcp.consul, 10.0.0.1:20001 10.0.0.2:20003",
        "_web._tcp.dc2.consul, none",
        "mixed-case.service.consul, 10.0.0.1:1 10.0.0.2:1",
        "web.connect.consul, 10.0.0.1:20002 10.0.0.2:20004",
        "nosuch.service.consul, none",
        "service.consul, none",
        ".service.consul, none",
        "web..service.consul, none",
        "web.virtual.consul, none",
        "web.query.consul, none",
        "alpha.example.node.consul, node 10.0.0.1",
        "beta.node.dc1.consul, node 10.0.0.2",
        "gamma.node.consul, none",
        "0a000001.addr.consul, address 10.0.0.1",
        "fd000000000000000000000000000001.addr.dc1.consul, address fd00:0000:0000:0000:0000:0000:0000:0001",
        "0a0000zz.addr.consul, none",
        "0a00.addr.consul, none",
        "consul., domain 10.0.0.2",
        "consul.service.consul, 10.0.0.2:4647",
        "nomad-client.service.consul, 10.0.0.1:4646 10.0.0.2:4646",
        "whatever.consul, none",
        "example.com, other",
        "notconsul, other",
        "'', other",
    })
    void a_name_stands_for(String name, String expected) {
        assertThat(shown(name)).isEqualTo(expected);
    }

    @Test
    void a_service_whose_instances_are_all_critical_is_known_and_empty() {
        World world =
                new World().node("n1", "alpha", "10.0.0.1").job("shop", WEB).place("a1", "shop", "n1", "http:20001:0");
        assertThat(NAMES.resolve(Catalog.of(world.snapshot(), List.of(), "dc1"), "web.service.consul"))
                .isEqualTo(new Resolution.Services(List.of()));
    }

    @Test
    void hosts_in_answers_have_names_that_resolve() {
        Catalog catalog = Catalog.of(WORLD.snapshot(), List.of(), "dc1");
        assertThat(NAMES.nameOf(new byte[] {10, 0, 0, 1})).isEqualTo("0a000001.addr.dc1.consul");
        assertThat(shown(NAMES.nameOf(new byte[] {10, 0, 0, 1}))).isEqualTo("address 10.0.0.1");
        catalog.nodes().forEach(node -> assertThat(shown(NAMES.nameOf(node))).isEqualTo("node " + node.address()));
    }
}
