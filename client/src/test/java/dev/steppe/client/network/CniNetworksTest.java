package dev.steppe.client.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.client.cni.CniNetworks;
import dev.steppe.client.cni.CniPlaces;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.process.Tool;
import dev.steppe.model.AllocationId;
import dev.steppe.model.DnsConfig;
import dev.steppe.model.PortMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves with the machine's real plug-ins that networks of CNI carry traffic, are adopted, and leave nothing. */
class CniNetworksTest {
    private static final AllocationId ONE = new AllocationId("one");
    private static final AllocationId TWO = new AllocationId("two");
    private static final String LIST = """
            {"cniVersion": "0.4.0", "name": "blue", "plugins": [
             {"type": "loopback"},
             {"type": "bridge", "bridge": "cni-blue", "isGateway": true, "ipMasq": false, "hairpinMode": true,
              "ipam": {"type": "host-local", "dataDir": "%s", "ranges": [[{"subnet": "10.98.0.0/29"}]],
                       "routes": [{"dst": "0.0.0.0/0"}]},
              "dns": {"nameservers": ["10.98.0.1"], "search": ["blue.example"]}},
             {"type": "portmap", "capabilities": {"portMappings": true}, "snat": true}]}
            """;

    @TempDir
    Path temporary;

    private TestMachines machines;
    private CniNetworks networks;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root for namespaces");
        assumeTrue(
                Files.isExecutable(Path.of("/usr/lib/cni/host-local"))
                        && Tool.find("iptables").isPresent(),
                "skipped: containernetworking-plugins or iptables is not installed");
        machines = new TestMachines(temporary);
        Files.createDirectories(temporary.resolve("networks"));
        Files.writeString(temporary.resolve("networks/10-blue.conflist"), LIST.formatted(temporary.resolve("leases")));
        networks = networks();
    }

    private CniNetworks networks() {
        return new CniNetworks(
                CniPlaces.of("/usr/lib/cni", temporary.resolve("networks").toString()),
                temporary.resolve("records"),
                temporary.resolve("netns"),
                Optional.of(machines.node));
    }

    @AfterEach
    void close() throws Exception {
        if (machines == null) {
            return;
        }
        try (var closing = machines) {
            networks.sweep(Set.of());
            networks.removeDirectory();
            networks.close();
            assertThat(leases()).isEmpty();
            assertThat(temporary.resolve("netns")).doesNotExist();
            assertThat(closing.run(closing.node, "", "iptables", "-t", "nat", "-S"))
                    .as("rules of ports")
                    .doesNotContain("-j DNAT");
            TestMachines.await(
                    "no cable is left",
                    () -> !closing.run(closing.node, "", "ip", "-o", "link", "show", "type", "veth")
                            .contains("master cni-blue"));
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(temporary.toString());
    }

    private List<String> leases() throws IOException {
        var directory = temporary.resolve("leases/blue");
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.map(it -> it.getFileName().toString())
                    .filter(it -> it.startsWith("10."))
                    .sorted()
                    .toList();
        }
    }

    private static CniNetworks.Wish wish(AllocationId allocation, String mode, PortMapping... ports) {
        return new CniNetworks.Wish(
                allocation,
                mode,
                new TreeMap<>(Map.of("NOMAD_JOB_ID", "web")),
                List.of(ports),
                Optional.empty(),
                OptionalLong.empty());
    }

    @Test
    void a_network_of_real_plugins_has_an_address_a_published_port_and_name_servers() throws Exception {
        var one = networks.create(wish(ONE, "cni/blue", new PortMapping("http", 8080, 80, "10.99.0.1")));
        assertThat(one.address()).startsWith("10.98.0.");
        assertThat(one.interfaceName()).isEqualTo("eth0");
        assertThat(one.publishes()).isTrue();
        assertThat(one.resolvConf()).content().contains("nameserver 10.98.0.1").contains("search blue.example");
        machines.serve(one.namespace(), 80, "one");
        assertThat(machines.ask(machines.other, "10.99.0.1", 8080)).isEqualTo("one sees 10.99.0.2");
        assertThat(machines.ask(machines.node, one.address(), 80)).isEqualTo("one sees 10.98.0.1");
        assertThat(machines.ask(one.namespace(), "127.0.0.1", 80))
                .as("its loopback is up")
                .isEqualTo("one sees 127.0.0.1");
        var two = networks.create(wish(TWO, "cni/blue"));
        assertThat(machines.ask(two.namespace(), one.address(), 80)).isEqualTo("one sees " + two.address());
    }

    @Test
    void the_next_agent_adopts_a_network_and_removes_it_even_when_its_file_has_gone() throws Exception {
        var one = networks.create(wish(ONE, "cni/blue", new PortMapping("http", 8080, 80, "10.99.0.1")));
        networks.create(wish(TWO, "cni/blue"));
        networks.close();
        Files.delete(temporary.resolve("networks/10-blue.conflist"));

        networks = networks();
        assertThat(networks.sweep(Set.of(ONE))).containsExactly("two");
        assertThat(networks.adopt(ONE)).contains(one);
        assertThat(leases()).containsExactly(one.address());
        networks.destroy(ONE);
        networks.destroy(ONE);
        assertThat(leases()).isEmpty();
        assertThat(networks.adopt(ONE)).isEmpty();
    }

    @Test
    void what_a_reboot_took_is_undone_before_it_is_made_anew() throws Exception {
        var one = networks.create(wish(ONE, "cni/blue"));
        LinuxCalls.unmount(one.namespace(), LinuxCalls.MNT_DETACH);
        Files.delete(one.namespace());
        assertThat(networks.sweep(Set.of(ONE))).containsExactly("one");
        assertThat(leases()).isEmpty();
        assertThat(networks.create(wish(ONE, "cni/blue")).address()).isNotEmpty();
    }

    @Test
    void a_plugin_that_fails_is_quoted_and_nothing_is_left() throws Exception {
        Files.writeString(temporary.resolve("networks/20-red.conflist"), """
                {"cniVersion": "0.4.0", "name": "red", "plugins": [
                 {"type": "bridge", "bridge": "cni-blue", "ipam": {"type": "host-local", "dataDir": "%s",
                  "ranges": [[{"subnet": "10.97.0.0/29"}]]}},
                 {"type": "tuning", "sysctl": {"net.ipv4.conf.nosuch.forwarding": "1"}}]}
                """.formatted(temporary.resolve("leases")));
        assertThatThrownBy(() -> networks.create(wish(ONE, "cni/red")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("CNI plug-in \"tuning\" ADD: ");
        assertThat(temporary.resolve("records/one.json")).doesNotExist();
        try (var left = Files.list(temporary.resolve("leases/red"))) {
            assertThat(left.map(it -> it.getFileName().toString())).noneMatch(it -> it.startsWith("10."));
        }
        assertThatThrownBy(() -> networks.create(wish(ONE, "cni/green")))
                .hasMessageContaining("there is no CNI network \"green\"")
                .hasMessageContaining("[blue, red]");
    }

    @Test
    void networks_are_offered_by_name_with_the_versions_of_the_plugins() throws Exception {
        Files.writeString(
                temporary.resolve("networks/30-lame.conf"),
                "{\"cniVersion\": \"0.4.0\", \"name\": \"lame\", \"type\": \"nosuch\"}");
        Files.writeString(temporary.resolve("networks/40-broken.conf"), "{");
        assertThat(networks.modes()).containsExactly("none", "cni/blue");
        assertThat(networks.versions()).containsKeys("bridge", "host-local", "loopback", "portmap");
        assertThat(networks.versions().get("bridge")).matches("\\d+\\.\\d+\\.\\d+.*");
    }

    @Test
    void a_network_of_nothing_has_a_loopback_alone() throws Exception {
        var dns = new DnsConfig(List.of("192.0.2.53"), List.of(), List.of());
        var one = networks.create(
                new CniNetworks.Wish(ONE, "none", new TreeMap<>(), List.of(), Optional.of(dns), OptionalLong.empty()));
        assertThat(one.address()).isEmpty();
        assertThat(one.resolvConf()).hasContent("nameserver 192.0.2.53");
        machines.serve(one.namespace(), 80, "one");
        assertThat(machines.ask(one.namespace(), "127.0.0.1", 80)).isEqualTo("one sees 127.0.0.1");
        assertThat(machines.ask(one.namespace(), "10.99.0.1", 80)).isNotEqualTo("one sees 127.0.0.1");
        assertThat(machines.run(one.namespace(), "", "ip", "-o", "link")).doesNotContain("eth0");
    }
}
