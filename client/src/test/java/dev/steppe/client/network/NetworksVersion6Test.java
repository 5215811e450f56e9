package dev.steppe.client.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.process.Tool;
import dev.steppe.model.AllocationId;
import dev.steppe.model.PortMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that allocations with IPv6 addresses reach out and are reached by both versions, and that nothing stays. */
class NetworksVersion6Test {
    private static final AllocationId ONE = new AllocationId("one");
    private static final AllocationId TWO = new AllocationId("two");
    private static final String NODE = "2001:db8::1";
    private static final String OTHER = "2001:db8::2";
    private static final String SUBNET = "fd12:3456:789a::/64";

    @TempDir
    Path temporary;

    private TestMachines machines;
    private Networks networks;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root for namespaces");
        assumeTrue(Files.exists(Path.of("/proc/sys/net/ipv6")), "skipped: the kernel has no IPv6");
        assumeTrue(Tool.find("nft").isPresent(), "skipped: nft is not installed");
        machines = new TestMachines(temporary);
        for (Path machine : List.of(machines.node, machines.other)) {
            inside(machine, "conf/all/disable_ipv6", "0");
        }
        machines.ip(machines.node, "addr add " + NODE + "/64 dev wire0 nodad");
        machines.ip(machines.other, "addr add " + OTHER + "/64 dev wire1 nodad");
        networks = open(List.of("nft"));
    }

    @AfterEach
    void close() throws Exception {
        try (var closing = machines) {
            if (networks != null) {
                networks.removeAll();
                networks.close();
                TestMachines.await("nothing of it is left", () -> {
                    var left = closing.run(closing.node, "", "ip", "-o", "addr", "show");
                    return !left.contains("steppe") && !left.contains("fd12");
                });
                assertThat(closing.run(closing.node, "", "nft", "list", "ruleset"))
                        .doesNotContainIgnoringCase("steppe");
                assertThat(temporary.resolve("run/netns")).doesNotExist();
            }
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(temporary.toString());
    }

    private Networks open(List<String> firewalls) throws Exception {
        return open(Optional.of(new NetworkSettings.Version6(Subnet6.parse(SUBNET), List.of())), firewalls);
    }

    private Networks open(Optional<NetworkSettings.Version6> version6, List<String> firewalls) throws Exception {
        return Networks.open(
                machines.settings(temporary.resolve("run")).with(version6), RandomGenerator.getDefault(), firewalls);
    }

    private void inside(Path namespace, String setting, String value) throws Exception {
        machines.thread.call(
                NamespaceThread.Entry.network(namespace),
                () -> Files.writeString(Path.of("/proc/sys/net/ipv6", setting), value));
    }

    private static PortMapping port(String label, int port, int inside, String address) {
        return new PortMapping(label, port, inside, address);
    }

    @Test
    void a_port_is_reached_over_both_versions_with_the_clients_address() throws Exception {
        var one = networks.create(ONE, List.of(port("http", 8080, 80, "10.99.0.1")), Optional.empty());
        machines.serve(one.namespace(), 80, "one");
        assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).isEqualTo("one sees 10.99.0.2");
        assertThat(machines.ask(machines.other, NODE, 8080)).isEqualTo("one sees 2001:db8:0:0:0:0:0:2");
        assertThat(machines.ask(machines.node, NODE, 8080)).isEqualTo("one sees 2001:db8:0:0:0:0:0:1");
        // From inside: its own published port, another allocation's, and the other itself.
        assertThat(machines.ask(one.namespace(), NODE, 8080)).startsWith("one sees fd12");
        var two = networks.create(TWO, List.of(), Optional.empty());
        assertThat(two.address6()).isPresent().isNotEqualTo(one.address6());
        assertThat(machines.ask(two.namespace(), NODE, 8080)).startsWith("one sees fd12");
        assertThat(machines.ask(two.namespace(), one.address6().orElseThrow(), 80))
                .startsWith("one sees fd12:3456:789a:0:");
        networks.destroy(ONE);
        assertThat(machines.ask(machines.other, NODE, 8080)).isEqualTo("ConnectException");
    }

    @Test
    void ports_on_every_address_and_on_an_ipv6_address_alone_behave_so() throws Exception {
        var one = networks.create(
                ONE, List.of(port("any", 8080, 0, "0.0.0.0"), port("six", 8081, 8080, NODE)), Optional.empty());
        machines.serve(one.namespace(), 8080, "one");
        machines.serve(one.namespace(), 9000, "hidden");
        assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).isEqualTo("one sees 10.99.0.2");
        assertThat(machines.ask(machines.other, NODE, 8080)).startsWith("one sees 2001:db8:");
        assertThat(machines.ask(machines.other, NODE, 8081)).startsWith("one sees 2001:db8:");
        assertThat(machines.ask(machines.other, "10.99.0.1", 8081)).isEqualTo("ConnectException");
        // The kernel leads ::1 nowhere else; a caller of "localhost" is refused at once and tries 127.0.0.1.
        assertThat(machines.ask(machines.node, "::1", 8080)).isEqualTo("ConnectException");
        machines.ip(machines.other, "route add " + SUBNET + " via " + NODE);
        assertThat(machines.askInVain(machines.other, one.address6().orElseThrow(), 9000))
                .isEqualTo("SocketTimeoutException");
    }

    @Test
    void an_address_meant_for_ipv4_alone_is_published_there_alone() throws Exception {
        networks.close();
        networks = open(
                Optional.of(new NetworkSettings.Version6(Subnet6.parse(SUBNET), List.of(Subnet.parse("10.99.0.0/24")))),
                List.of("nft"));
        var one = networks.create(ONE, List.of(port("http", 8080, 80, "10.99.0.1")), Optional.empty());
        machines.serve(one.namespace(), 80, "one");
        assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).isEqualTo("one sees 10.99.0.2");
        assertThat(machines.ask(machines.other, NODE, 8080)).isEqualTo("ConnectException");
    }

    @Test
    void a_port_asked_for_at_an_ipv6_address_wins_over_one_beside_an_ipv4_address() throws Exception {
        var one = networks.create(ONE, List.of(port("http", 8080, 80, "10.99.0.1")), Optional.empty());
        var two = networks.create(TWO, List.of(port("six", 8080, 80, NODE)), Optional.empty());
        machines.serve(one.namespace(), 80, "one");
        machines.serve(two.namespace(), 80, "two");
        assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).startsWith("one");
        assertThat(machines.ask(machines.other, NODE, 8080)).startsWith("two");
        networks.destroy(TWO);
        assertThat(machines.ask(machines.other, NODE, 8080)).startsWith("one");
    }

    @Test
    void an_allocation_reaches_out_under_the_machines_address_and_hears_no_routers() throws Exception {
        machines.serve(machines.other, 7000, "other");
        var one = networks.create(ONE, List.of(), Optional.empty());
        assertThat(machines.ask(one.namespace(), OTHER, 7000)).isEqualTo("other sees 2001:db8:0:0:0:0:0:1");
        assertThat(machines.ask(one.namespace(), "10.99.0.2", 7000)).isEqualTo("other sees 10.99.0.1");
        var heard = machines.thread.call(
                NamespaceThread.Entry.network(one.namespace()),
                () -> Files.readString(Path.of("/proc/sys/net/ipv6/conf/eth0/accept_ra")));
        assertThat(heard.trim()).isEqualTo("0");
    }

    @Test
    void a_machine_keeps_listening_to_its_own_routers() throws Exception {
        assertThat(machines.run(machines.node, "", "cat", "/proc/sys/net/ipv6/conf/wire0/accept_ra"))
                .isEqualToIgnoringWhitespace("2");
    }

    @Test
    void the_next_agent_adopts_both_addresses_and_repairs_both_tables() throws Exception {
        var one = networks.create(ONE, List.of(port("http", 8080, 80, "10.99.0.1")), Optional.empty());
        machines.serve(one.namespace(), 80, "one");
        networks.close();
        networks = open(List.of("nft"));
        assertThat(networks.adopt(ONE)).contains(one);
        assertThat(machines.ask(machines.other, NODE, 8080)).startsWith("one sees 2001:db8:");
        assertThat(networks.repair()).isFalse();
        assertThat(networks.repair()).isFalse();
        machines.run(machines.node, "delete table ip6 steppe0\n", "nft", "-f", "-");
        assertThat(networks.repair()).isTrue();
        assertThat(machines.ask(machines.other, NODE, 8080)).startsWith("one sees 2001:db8:");
        assertThat(networks.sweep(Set.of())).containsExactly("one");
        assertThat(machines.run(machines.node, "", "nft", "list", "ruleset")).doesNotContain("8080");
    }

    @Test
    void an_address_that_the_machine_gets_later_is_published_with_the_next_look() throws Exception {
        var one = networks.create(ONE, List.of(port("http", 8080, 80, "10.99.0.1")), Optional.empty());
        machines.serve(one.namespace(), 80, "one");
        machines.ip(machines.node, "addr add 2001:db8::77/64 dev wire0 nodad");
        assertThat(machines.ask(machines.other, "2001:db8::77", 8080)).isEqualTo("ConnectException");
        assertThat(networks.repair()).isTrue();
        assertThat(machines.ask(machines.other, "2001:db8::77", 8080)).startsWith("one sees 2001:db8:");
    }

    @Test
    void an_agent_without_ipv6_removes_the_rules_of_one_that_had_it_and_relays_what_is_asked_at_ipv6_addresses()
            throws Exception {
        networks.create(ONE, List.of(port("http", 8080, 80, "0.0.0.0")), Optional.empty());
        networks.close();
        networks = open(Optional.empty(), List.of("nft"));
        assertThat(machines.run(machines.node, "", "nft", "list", "ruleset"))
                .contains("table ip steppe0")
                .doesNotContain("ip6");
        var two = networks.create(TWO, List.of(port("six", 8081, 80, NODE)), Optional.empty());
        machines.serve(two.namespace(), 80, "two");
        assertThat(machines.ask(machines.other, NODE, 8081)).isEqualTo("two sees " + two.gateway());
        networks.sweep(Set.of(TWO));
    }

    @Test
    void addresses_that_clash_with_the_machines_are_refused_with_the_remedy() throws Exception {
        machines.ip(machines.node, "addr add fd12:3456:789a::99/64 dev wire0 nodad");
        assertThatThrownBy(() -> open(List.of("nft")))
                .hasMessageContaining("fd12:3456:789a::/64 overlaps with the machine's route")
                .hasMessageContaining("choose another bridge_network_subnet_ipv6");
        machines.ip(machines.node, "addr del fd12:3456:789a::99/64 dev wire0");
    }

    @Test
    void where_ipv6_is_switched_off_allocations_have_ipv4_alone() throws Exception {
        networks.removeAll();
        networks.close();
        inside(machines.node, "conf/all/disable_ipv6", "1");
        networks = open(List.of("nft"));
        assertThat(networks.create(ONE, List.of(), Optional.empty()).address6()).isEmpty();
    }

    @Test
    void without_nftables_ports_are_published_by_iptables() throws Exception {
        assumeTrue(Tool.find("ip6tables").isPresent(), "skipped: ip6tables is not installed");
        networks.removeAll();
        networks.close();
        networks = open(List.of("iptables"));
        machines.serve(machines.other, 7000, "other");
        var one = networks.create(
                ONE, List.of(port("http", 8080, 80, "10.99.0.1"), port("any", 8081, 80, "0.0.0.0")), Optional.empty());
        machines.serve(one.namespace(), 80, "one");
        assertThat(machines.ask(machines.other, NODE, 8080)).isEqualTo("one sees 2001:db8:0:0:0:0:0:2");
        assertThat(machines.ask(machines.other, NODE, 8081)).isEqualTo("one sees 2001:db8:0:0:0:0:0:2");
        assertThat(machines.ask(machines.node, "::1", 8081)).isEqualTo("ConnectException");
        assertThat(machines.ask(one.namespace(), OTHER, 7000)).isEqualTo("other sees 2001:db8:0:0:0:0:0:1");
        assertThat(networks.repair()).isFalse();
        networks.removeAll();
        assertThat(machines.run(machines.node, "", "ip6tables", "-t", "nat", "-S"))
                .doesNotContain("STEPPE0");
        machines.run(machines.node, "", "nft", "flush", "ruleset");
    }

    @Test
    void a_machine_that_drops_forwarded_ipv6_by_ip6tables_gets_an_exception_and_loses_it_again() throws Exception {
        assumeTrue(Tool.find("ip6tables").isPresent(), "skipped: ip6tables is not installed");
        machines.run(machines.node, "", "ip6tables", "-P", "FORWARD", "DROP");
        assertThat(networks.repair()).isTrue();
        var one = networks.create(ONE, List.of(port("http", 8080, 80, "10.99.0.1")), Optional.empty());
        machines.serve(one.namespace(), 80, "one");
        assertThat(machines.ask(machines.other, NODE, 8080)).startsWith("one sees 2001:db8:");
        networks.removeAll();
        assertThat(machines.run(machines.node, "", "ip6tables", "-S")).doesNotContain("steppe");
        machines.run(machines.node, "", "nft", "flush", "ruleset");
    }

    @Test
    void without_any_packet_filter_ports_are_relayed() throws Exception {
        networks.removeAll();
        networks.close();
        networks = open(List.of());
        var one = networks.create(
                ONE,
                List.of(
                        port("http", 8080, 80, "10.99.0.1"),
                        port("any", 8081, 80, "0.0.0.0"),
                        port("six", 8082, 80, NODE)),
                Optional.empty());
        machines.serve(one.namespace(), 80, "one");
        for (int published : List.of(8080, 8081, 8082)) {
            assertThat(machines.ask(machines.other, NODE, published))
                    .as("port %s", published)
                    .startsWith("one sees ");
        }
        assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).startsWith("one sees ");
        assertThat(machines.ask(machines.other, "10.99.0.1", 8081)).startsWith("one sees ");
    }
}
