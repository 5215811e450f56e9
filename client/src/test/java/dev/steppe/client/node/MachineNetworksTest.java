package dev.steppe.client.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.HostNetwork;
import dev.steppe.model.PortRanges;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MachineNetworksTest {
    private static final MachineNetworks MACHINE = new MachineNetworks(
            Optional.of("eth0"),
            List.of(
                    address("lo", "127.0.0.1", 8),
                    address("eth0", "fe80::1", 64),
                    address("eth0", "198.51.100.7", 24),
                    address("down0", "10.7.7.7", 8),
                    address("eth1", "10.1.2.3", 16),
                    address("eth1", "fd00:1::3", 64)));

    private static MachineNetworks.Address address(String name, String text, int prefix) {
        return new MachineNetworks.Address(
                new MachineNetworks.NetworkPlace(name, 1, !name.equals("down0"), name.equals("lo")),
                InetAddress.ofLiteral(text),
                prefix);
    }

    private static Map<String, HostNetwork> named(String name, String cidr, String interfaceName) {
        return MACHINE.named(
                new TreeMap<>(Map.of(name, new HostNetwork(name, cidr, interfaceName, new PortRanges("22")))));
    }

    @Test
    void a_named_network_gets_the_nodes_address_on_its_interface_or_in_its_range() {
        assertThat(named("public", "", "eth0").get("public"))
                .isEqualTo(new HostNetwork("public", "198.51.100.7/24", "eth0", new PortRanges("22")));
        assertThat(named("private", "10.0.0.0/8", "").get("private").address()).isEqualTo("10.1.2.3");
        assertThat(named("six", "fd00::/16", "").get("six").cidr()).isEqualTo("fd00:1::3/64");
        assertThat(named("both", "fd00::/16", "eth1").get("both").address()).isEqualTo("fd00:1::3");
    }

    @Test
    void a_network_without_an_address_of_the_machine_is_left_out() {
        assertThat(named("gone", "", "eth9")).isEmpty();
        assertThat(named("elsewhere", "203.0.113.0/24", "")).isEmpty();
        assertThat(named("elsewhere", "10.0.0.0/8", "eth0")).isEmpty();
    }

    @Test
    void a_machine_with_ipv6_only_is_reached_there() {
        var machine = new MachineNetworks(
                Optional.of("eth0"),
                java.util.List.of(address("eth0", "fe80::1", 64), address("eth0", "2001:db8::1", 64)));
        var attributes = new TreeMap<String, String>();
        machine.describe(Optional.empty(), attributes);
        assertThat(attributes).containsEntry("unique.network.ip-address", "2001:db8::1");
        assertThat(machine.offered(Optional.empty())).singleElement().satisfies(network -> {
            assertThat(network.ip()).isEqualTo("2001:db8::1");
            assertThat(network.cidr()).isEqualTo("2001:db8::1/128");
        });
    }

    @Test
    void a_machine_without_a_route_away_is_reached_where_its_agent_says() {
        var machine = new MachineNetworks(
                Optional.empty(), List.of(address("lo", "127.0.0.1", 8), address("eth1", "10.1.2.3", 16)));
        var attributes = new TreeMap<String, String>();
        machine.reachedAt("10.1.2.3").describe(Optional.empty(), attributes);
        assertThat(attributes).containsEntry("unique.network.ip-address", "10.1.2.3");
        assertThat(machine.reachedAt("10.1.2.3").offered(Optional.empty())).hasSize(1);
        machine.reachedAt("127.0.0.1").describe(Optional.empty(), attributes);
        assertThat(attributes).containsEntry("unique.network.ip-address", "127.0.0.1");
        MACHINE.reachedAt("10.1.2.3").describe(Optional.empty(), attributes);
        assertThat(attributes).containsEntry("unique.network.ip-address", "198.51.100.7");
    }

    @Test
    void the_address_that_the_agent_says_is_taken_also_where_its_interface_has_several() {
        var machine = new MachineNetworks(
                Optional.empty(),
                List.of(
                        address("eth1", "10.1.2.3", 16),
                        address("eth1", "10.1.2.4", 16),
                        address("eth1", "fd00:1::3", 64)));
        for (var told : List.of("10.1.2.4", "fd00:1::3")) {
            var attributes = new TreeMap<String, String>();
            machine.reachedAt(told).describe(Optional.empty(), attributes);
            assertThat(attributes)
                    .containsEntry("unique.network.ip-address", told)
                    .containsEntry("unique.network.interface", "eth1");
            assertThat(machine.reachedAt(told)
                            .offered(Optional.empty())
                            .getFirst()
                            .ip())
                    .isEqualTo(told);
        }
        assertThat(machine.reachedAt("FD00:1:0:0::3")
                        .offered(Optional.empty())
                        .getFirst()
                        .ip())
                .as("however it is written")
                .isEqualTo("fd00:1::3");
        assertThat(machine.reachedAt("10.1.2.4")
                        .offered(Optional.of("eth1"))
                        .getFirst()
                        .ip())
                .as("a wished interface comes first")
                .isEqualTo("10.1.2.3");
        assertThat(machine.reachedAt("node.example").offered(Optional.empty())).isEmpty();
    }

    @Test
    void the_address_for_others_is_that_of_the_default_route_or_the_wished_interface() {
        var attributes = new TreeMap<String, String>();
        MACHINE.describe(Optional.empty(), attributes);
        assertThat(attributes)
                .containsEntry("unique.network.ip-address", "198.51.100.7")
                .containsEntry("unique.network.interface", "eth0")
                .containsEntry("unique.network.interface.eth1", "10.1.2.3/16,fd00:1::3/64");
        MACHINE.describe(Optional.of("eth1"), attributes);
        assertThat(attributes).containsEntry("unique.network.ip-address", "10.1.2.3");
        assertThat(MACHINE.offered(Optional.of("eth1")).getFirst().cidr()).isEqualTo("10.1.2.3/32");
    }
}
