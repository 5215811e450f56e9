package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.NodeSpec;
import dev.steppe.model.PortMapping;
import dev.steppe.state.Command;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ports belong to an address: what is held at one may be free at another. */
class PortFitTest {
    private final TestCluster cluster = new TestCluster();

    @BeforeEach
    void a_node_with_three_networks() {
        cluster.apply(new Command.RegisterNode(TestCluster.read(NodeSpec.class, """
                {"ID":"n1","Name":"n1","HTTPAddr":"10.0.0.1:4646","Meta":{"side":"public"},
                 "Attributes":{"network.modes":"host"},"Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                 "HostNetworks":{"public":{"Name":"public","CIDR":"198.51.100.7/24","ReservedPorts":"22,20000"},
                                 "alias":{"Name":"alias","CIDR":"198.51.100.7/24"},
                                 "six":{"Name":"six","CIDR":"2001:db8::7/64"}},
                 "NodeResources":{"Cpu":{"CpuShares":4000},"Memory":{"MemoryMB":4000},"Disk":{"DiskMB":10000},
                                  "MinDynamicPort":20000,"MaxDynamicPort":20002}}"""), List.of(), TestCluster.NOW));
    }

    private Plan run(String id, String ports) {
        cluster.register("""
                {"ID":"%1$s","Name":"%1$s","Type":"service","TaskGroups":[{"Name":"g","EphemeralDisk":{"SizeMB":10},
                 "Networks":[{%2$s}],"Tasks":[{"Name":"t","Driver":"raw_exec"}]}]}""".formatted(id, ports));
        return cluster.schedule(id);
    }

    private static String fixed(int port, String network) {
        return "\"ReservedPorts\":[{\"Label\":\"p\",\"Value\":%d,\"HostNetwork\":\"%s\"}]".formatted(port, network);
    }

    private List<PortMapping> ports(String job) {
        return cluster.live(job).getFirst().allocatedResources().shared().ports();
    }

    @Test
    void the_same_number_is_free_in_another_network_and_taken_at_the_same_address() {
        run("a", fixed(443, "default"));
        run("b", fixed(443, "public"));
        run("c", fixed(443, "six"));
        assertThat(ports("a").getFirst().hostIp()).isEqualTo("10.0.0.1");
        assertThat(ports("b").getFirst().hostIp()).isEqualTo("198.51.100.7");
        assertThat(ports("c").getFirst().hostIp()).isEqualTo("2001:db8::7");
        assertThat(run("d", fixed(443, "alias")).failed().get("g").explanation())
                .singleElement()
                .asString()
                .contains("port 443 (\"p\") is held by job b");
    }

    @Test
    void ports_reserved_in_one_network_are_free_in_others() {
        assertThat(run("a", fixed(22, "public")).failed()).isNotEmpty();
        assertThat(run("b", fixed(22, "alias")).failed()).isNotEmpty();
        assertThat(run("c", fixed(22, "six")).failed()).isEmpty();
    }

    @Test
    void dynamic_ports_are_counted_at_each_address() {
        String two = "\"DynamicPorts\":[{\"Label\":\"x\",\"HostNetwork\":\"%1$s\"},"
                + "{\"Label\":\"y\",\"HostNetwork\":\"%1$s\"}]";
        run("a", two.formatted("public"));
        assertThat(ports("a")).extracting(PortMapping::value).containsExactlyInAnyOrder(20_001, 20_002);
        assertThat(run("b", two.formatted("alias"))
                        .failed()
                        .get("g")
                        .explanation()
                        .getFirst())
                .contains("2 dynamic ports asked, 0 free of 2");
        run("c", two.formatted("default"));
        assertThat(ports("c")).hasSize(2);
    }

    @Test
    void a_network_may_be_named_by_what_the_node_says_of_itself() {
        run("a", fixed(80, "${meta.side}"));
        assertThat(ports("a").getFirst().hostIp()).isEqualTo("198.51.100.7");
    }

    @Test
    void a_port_that_ignores_collisions_is_held_by_nobody() {
        String ignoring = "\"ReservedPorts\":[{\"Label\":\"p\",\"Value\":443,\"IgnoreCollision\":true}]";
        run("a", ignoring);
        run("b", ignoring);
        run("c", fixed(443, "default"));
        assertThat(cluster.live("a")).hasSize(1);
        assertThat(cluster.live("b")).hasSize(1);
        assertThat(cluster.live("c")).hasSize(1);
    }
}
