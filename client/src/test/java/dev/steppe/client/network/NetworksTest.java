package dev.steppe.client.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.linux.NamespaceThread;
import dev.steppe.io.process.Tool;
import dev.steppe.model.AllocationId;
import dev.steppe.model.DnsConfig;
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

/** Proves that allocations reach out and are reached as published, and that nothing of them stays. */
class NetworksTest {
    private static final AllocationId ONE = new AllocationId("one");
    private static final AllocationId TWO = new AllocationId("two");

    @TempDir
    Path temporary;

    private TestMachines machines;
    private Networks networks;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root for namespaces");
        assumeTrue(Tool.find("nft").isPresent(), "skipped: nft is not installed");
        machines = new TestMachines(temporary);
        networks = Networks.open(machines.settings(temporary.resolve("run")), RandomGenerator.getDefault());
    }

    @AfterEach
    void close() throws Exception {
        try (var closing = machines) {
            if (networks != null) {
                networks.removeAll();
                networks.close();
                awaitInterfaces("lo", "wire0");
                assertThat(closing.run(closing.node, "", "nft", "list", "ruleset"))
                        .doesNotContainIgnoringCase("steppe");
                assertThat(temporary.resolve("run/netns")).doesNotExist();
            }
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(temporary.toString());
    }

    @Test
    void a_published_port_is_reached_by_host_address_localhost_and_another_host_with_the_clients_address()
            throws Exception {
        var one = networks.create(ONE, List.of(new PortMapping("http", 8080, 80, "10.99.0.1")), Optional.empty());
        machines.serve(one.namespace(), 80, "one");
        assertThat(machines.ask(machines.node, "10.99.0.1", 8080)).isEqualTo("one sees 10.99.0.1");
        assertThat(machines.ask(machines.node, "127.0.0.1", 8080)).isEqualTo("one sees " + one.gateway());
        assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).isEqualTo("one sees 10.99.0.2");
        assertThat(machines.ask(machines.node, one.address(), 80)).isEqualTo("one sees " + one.gateway());
        // From inside: its own published port, and another allocation's.
        assertThat(machines.ask(one.namespace(), "10.99.0.1", 8080)).startsWith("one sees ");
        var two = networks.create(TWO, List.of(), Optional.empty());
        assertThat(machines.ask(two.namespace(), "10.99.0.1", 8080)).startsWith("one sees ");
        assertThat(machines.ask(two.namespace(), one.address(), 80)).isEqualTo("one sees " + two.address());
    }

    @Test
    void a_port_on_every_address_and_an_unpublished_port_behave_so() throws Exception {
        var one = networks.create(ONE, List.of(new PortMapping("http", 8080, 0, "0.0.0.0")), Optional.empty());
        machines.serve(one.namespace(), 8080, "one");
        machines.serve(one.namespace(), 9000, "hidden");
        assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).isEqualTo("one sees 10.99.0.2");
        assertThat(machines.ask(machines.node, "127.0.0.1", 8080)).startsWith("one sees ");
        machines.ip(machines.other, "route add " + NetworkSettings.DEFAULT_SUBNET + " via 10.99.0.1");
        assertThat(machines.askInVain(machines.other, one.address(), 9000)).isEqualTo("SocketTimeoutException");
    }

    @Test
    void an_allocation_reaches_out_under_the_machines_address() throws Exception {
        machines.serve(machines.other, 7000, "other");
        var one = networks.create(ONE, List.of(), Optional.empty());
        assertThat(machines.ask(one.namespace(), "10.99.0.2", 7000)).isEqualTo("other sees 10.99.0.1");
    }

    @Test
    void an_allocation_cannot_reach_the_machines_loopback() throws Exception {
        machines.serve(machines.node, 7000, "machine");
        var one = networks.create(ONE, List.of(), Optional.empty());
        machines.ip(
                one.namespace(),
                "route del local 127.0.0.1 table local dev lo",
                "route del local 127.0.0.0/8 table local dev lo",
                "route add 127.0.0.1/32 via " + one.gateway() + " src " + one.address());
        machines.thread.call(
                NamespaceThread.Entry.network(one.namespace()),
                () -> Files.writeString(Path.of("/proc/sys/net/ipv4/conf/eth0/route_localnet"), "1"));
        assertThat(machines.askInVain(one.namespace(), "127.0.0.1", 7000)).isEqualTo("SocketTimeoutException");
        // The packets came through and met the guard: the test proves the rule and not its own routes.
        assertThat(machines.run(machines.node, "", "nft", "list", "chain", "ip", "steppe0", "guard"))
                .containsPattern("ip daddr 127.0.0.0/8 counter packets [1-9][0-9]* bytes [0-9]+ drop");
        assertThat(networks.repair()).isFalse();
    }

    @Test
    void the_next_agent_adopts_networks_and_open_connections_go_on() throws Exception {
        var one = networks.create(ONE, List.of(new PortMapping("http", 8080, 80, "10.99.0.1")), Optional.empty());
        machines.serve(one.namespace(), 80, "one");
        networks.close();
        networks = Networks.open(machines.settings(temporary.resolve("run")), RandomGenerator.getDefault());
        assertThat(networks.adopt(ONE)).contains(one);
        assertThat(networks.adopt(TWO)).isEmpty();
        assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).isEqualTo("one sees 10.99.0.2");
        var two = networks.create(TWO, List.of(), Optional.empty());
        assertThat(two.address()).isNotEqualTo(one.address());
    }

    @Test
    void what_ended_while_no_agent_ran_and_what_a_crash_left_is_swept() throws Exception {
        networks.create(ONE, List.of(new PortMapping("http", 8080, 80, "10.99.0.1")), Optional.empty());
        var two = networks.create(TWO, List.of(), Optional.empty());
        machines.ip(machines.node, "link add half type veth peer name made", "link set half master steppe0");
        Files.createFile(temporary.resolve("run/netns/three"));
        assertThat(networks.sweep(Set.of(TWO))).containsExactly("one", "three");
        awaitInterfaces("lo", "wire0", "steppe0", two.hostInterface());
        assertThat(networks.adopt(ONE)).isEmpty();
        assertThat(machines.run(machines.node, "", "nft", "list", "ruleset")).doesNotContain("8080");
        networks.destroy(ONE);
    }

    @Test
    void flushed_rules_are_repaired() throws Exception {
        var one = networks.create(ONE, List.of(new PortMapping("http", 8080, 80, "10.99.0.1")), Optional.empty());
        machines.serve(one.namespace(), 80, "one");
        assertThat(networks.repair()).isFalse();
        machines.run(machines.node, "flush ruleset\n", "nft", "-f", "-");
        assertThat(networks.repair()).isTrue();
        assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).isEqualTo("one sees 10.99.0.2");
    }

    @Test
    void tasks_get_a_resolver_and_low_ports() throws Exception {
        var one = networks.create(ONE, List.of(), Optional.empty());
        assertThat(Files.readString(one.resolvConf())).contains("nameserver 172.26.64.1\n");
        var wished = new DnsConfig(List.of("192.0.2.1"), List.of("example.org"), List.of("ndots:2"));
        var two = networks.create(TWO, List.of(), Optional.of(wished));
        assertThat(two.resolvConf()).hasContent("search example.org\nnameserver 192.0.2.1\noptions ndots:2\n");
        var start = machines.thread.call(
                NamespaceThread.Entry.network(one.namespace()),
                () -> Files.readString(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start")));
        assertThat(start.trim()).isEqualTo("0");
    }

    @Test
    void addresses_that_clash_with_the_machines_are_refused_with_the_remedy() throws Exception {
        machines.ip(machines.node, "route add 172.26.70.0/24 dev wire0");
        assertThatThrownBy(
                        () -> Networks.open(machines.settings(temporary.resolve("run")), RandomGenerator.getDefault()))
                .hasMessageContaining("172.26.64.0/20 overlaps with the machine's route")
                .hasMessageContaining("choose another bridge_network_subnet");
        machines.ip(machines.node, "route del 172.26.70.0/24 dev wire0");
    }

    @Test
    void a_foreign_table_that_drops_forwarded_packets_is_named() throws Exception {
        machines.run(
                machines.node,
                "table inet firewalld {\nchain filter_FORWARD {\ntype filter hook forward priority 10; policy drop;\n}\n}\n",
                "nft",
                "-f",
                "-");
        var ruleset = machines.run(machines.node, "", "nft", "list", "ruleset");
        assertThat(NetworkChecks.droppingChains(ruleset, NetworkSettings.DEFAULT_BRIDGE))
                .extracting(NetworkChecks.DroppingChain::toString)
                .containsExactly("nftables table inet firewalld, chain filter_FORWARD (hook forward)");
        machines.run(machines.node, "delete table inet firewalld\n", "nft", "-f", "-");
    }

    @Test
    void a_machine_that_drops_forwarded_packets_by_iptables_gets_an_exception_and_loses_it_again() throws Exception {
        assumeTrue(Tool.find("iptables").isPresent(), "skipped: iptables is not installed");
        machines.serve(machines.other, 7000, "other");
        for (String chain : List.of("FORWARD", "DOCKER-USER")) {
            machines.run(machines.node, "", "iptables", "-P", "FORWARD", "DROP");
            if (chain.equals("DOCKER-USER")) {
                machines.run(machines.node, "", "iptables", "-N", chain);
                machines.run(machines.node, "", "iptables", "-I", "FORWARD", "-j", chain);
            }
            assertThat(networks.repair()).isTrue();
            assertThat(networks.repair()).isFalse();
            assertThat(machines.run(machines.node, "", "iptables", "-S", chain))
                    .contains("-A " + chain + " -i steppe0");
            var one = networks.create(ONE, List.of(new PortMapping("http", 8080, 80, "10.99.0.1")), Optional.empty());
            machines.serve(one.namespace(), 80, "one");
            assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).isEqualTo("one sees 10.99.0.2");
            assertThat(machines.ask(one.namespace(), "10.99.0.2", 7000)).isEqualTo("other sees 10.99.0.1");
            networks.removeAll();
            assertThat(machines.run(machines.node, "", "iptables", "-S")).doesNotContain("steppe");
            machines.run(machines.node, "", "nft", "flush", "ruleset");
            networks.close();
            networks = Networks.open(machines.settings(temporary.resolve("run")), RandomGenerator.getDefault());
        }
    }

    @Test
    void without_nftables_ports_are_published_by_iptables() throws Exception {
        assumeTrue(Tool.find("iptables").isPresent(), "skipped: iptables is not installed");
        networks.removeAll();
        networks.close();
        networks = Networks.open(
                machines.settings(temporary.resolve("run")), RandomGenerator.getDefault(), List.of("iptables"));
        assertThat(networks.firewallName()).isEqualTo("iptables");
        machines.serve(machines.other, 7000, "other");
        var one = networks.create(
                ONE,
                List.of(new PortMapping("http", 8080, 80, "10.99.0.1"), new PortMapping("any", 8081, 80, "0.0.0.0")),
                Optional.empty());
        machines.serve(one.namespace(), 80, "one");
        assertThat(machines.ask(machines.node, "10.99.0.1", 8080)).isEqualTo("one sees 10.99.0.1");
        assertThat(machines.ask(machines.node, "127.0.0.1", 8080)).isEqualTo("one sees " + one.gateway());
        assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).isEqualTo("one sees 10.99.0.2");
        assertThat(machines.ask(machines.other, "10.99.0.1", 8081)).isEqualTo("one sees 10.99.0.2");
        assertThat(machines.ask(one.namespace(), "10.99.0.2", 7000)).isEqualTo("other sees 10.99.0.1");
        assertThat(networks.repair()).isFalse();
        machines.run(machines.node, "", "iptables", "-t", "nat", "-F");
        assertThat(networks.repair()).isTrue();
        assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).isEqualTo("one sees 10.99.0.2");
        networks.removeAll();
        for (String table : List.of("raw", "nat", "filter")) {
            assertThat(machines.run(machines.node, "", "iptables", "-t", table, "-S"))
                    .doesNotContain("STEPPE0");
        }
        machines.run(machines.node, "", "nft", "flush", "ruleset");
    }

    @Test
    void without_any_packet_filter_ports_are_relayed_and_the_callers_address_is_hidden() throws Exception {
        networks.removeAll();
        networks.close();
        networks = Networks.open(machines.settings(temporary.resolve("run")), RandomGenerator.getDefault(), List.of());
        assertThat(networks.firewallName()).isEqualTo("relay");
        var one = networks.create(
                ONE,
                List.of(new PortMapping("http", 8080, 80, "10.99.0.1"), new PortMapping("any", 8081, 80, "0.0.0.0")),
                Optional.empty());
        machines.serve(one.namespace(), 80, "one");
        for (int port : List.of(8080, 8081)) {
            assertThat(machines.ask(machines.node, "10.99.0.1", port)).isEqualTo("one sees " + one.gateway());
            assertThat(machines.ask(machines.node, "127.0.0.1", port)).isEqualTo("one sees " + one.gateway());
            assertThat(machines.ask(machines.other, "10.99.0.1", port)).isEqualTo("one sees " + one.gateway());
        }
        networks.destroy(ONE);
        assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).isEqualTo("ConnectException");
    }

    /** The kernel takes away one end of a cable some time after the namespace of the other. */
    private void awaitInterfaces(String... names) throws Exception {
        TestMachines.await(
                "interfaces " + List.of(names), () -> Set.copyOf(interfaces()).equals(Set.of(names)));
    }

    private List<String> interfaces() throws Exception {
        return NetworkChecks.interfaceNames(machines.run(machines.node, "", "ip", "-o", "link", "show"));
    }
}
