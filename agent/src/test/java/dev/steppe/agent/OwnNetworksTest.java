package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.io.process.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves with whole agents that networks of their own survive a crash, lead to the agent where they should, and are removed. */
class OwnNetworksTest {
    private static final String PLUGINS = "/usr/lib/cni";

    @TempDir
    Path directory;

    @BeforeEach
    void open() throws IOException {
        assumeTrue(LinuxCalls.isRoot(), "skipped: needs root for namespaces");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> leases() throws IOException {
        var folder = directory.resolve("leases/blue");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.map(it -> it.getFileName().toString())
                    .filter(it -> it.startsWith("10."))
                    .toList();
        }
    }

    /** A cable from the machine to each allocation: nothing is left on the machine when that has gone. */
    private void network() throws IOException {
        var folder = Files.createDirectories(directory.resolve("cni"));
        Files.writeString(folder.resolve("blue.conflist"), """
                {"cniVersion": "1.0.0", "name": "blue", "plugins": [{"type": "ptp", "ipMasq": false,
                 "ipam": {"type": "host-local", "dataDir": "%s", "ranges": [[{"subnet": "10.97.%d.0/24"}]]}}]}
                """.formatted(
                        directory.resolve("leases"), ProcessHandle.current().pid() % 250));
        Files.writeString(directory.resolve("agent.hcl"), """
                client {
                  cni_path = "%s"
                  cni_config_dir = "%s"
                }
                """.formatted(PLUGINS, folder));
    }

    private static String mode(String mode) {
        return "\"Networks\":[{\"Mode\":\"" + mode + "\"}],";
    }

    @Test
    void a_network_of_plugins_is_chosen_by_name_adopted_after_a_crash_and_removed_at_the_end() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of(PLUGINS, "ptp")), "skipped: containernetworking-plugins is not installed");
        network();
        try (var agent = new ChildAgent(directory, 5)) {
            agent.start();
            var script = "cat /proc/net/dev; exec sleep 1000";
            agent.run("web", "service", script, mode("cni/blue"));
            agent.run("alone", "service", script, mode("none"));
            agent.run("nowhere", "service", script, mode("cni/green"));
            agent.awaitStatus("web", "running");
            agent.awaitStatus("alone", "running");
            var web = agent.idOf("web");
            agent.await(
                    "the view of the task", () -> agent.lines(web).toString().contains("eth0:"));
            agent.await(
                    "the view of the other",
                    () -> agent.lines(agent.idOf("alone")).toString().contains("lo:"));
            assertThat(agent.lines(agent.idOf("alone")).toString()).doesNotContain("eth0:");
            assertThat(leases()).hasSize(1);
            assertThat(agent.text("/v1/allocation/" + web)).contains("\"Address\":\"" + leases().getFirst() + "\"");
            agent.await(
                    "what the job that nobody can run lacks",
                    () -> agent.get("/v1/job/nowhere/evaluations").toString().contains("missing network"));
            assertThat(agent.allocations("nowhere")).isEmpty();
            var node = (Map<?, ?>) ((List<?>) agent.get("/v1/nodes")).getFirst();
            assertThat(agent.text("/v1/node/" + node.get("ID"))).contains("\"plugins.cni.version.ptp\":\"");
            long pid = agent.pidOf("web");

            agent.kill();
            agent.start();
            agent.awaitStatus("web", "running");
            assertThat(agent.pidOf("web")).isEqualTo(pid);
            assertThat(leases()).hasSize(1);
            for (String job : List.of("web", "alone", "nowhere")) {
                agent.send("DELETE", "/v1/job/" + job, "");
            }
            agent.awaitStatus("web", "complete");
            agent.awaitStatus("alone", "complete");
            agent.await("its address to be free again", () -> leases().isEmpty());
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory.toString());
    }

    @Test
    void a_program_with_a_network_of_its_own_gets_its_certificate_from_the_agent_also_from_the_next_one()
            throws Exception {
        assumeTrue(Tool.find("curl").isPresent(), "skipped: curl is not installed");
        try (var agent = new ChildAgent(directory, 6)) {
            agent.start();
            var ask = "while :; do curl -sS --unix-socket \"${CONSUL_HTTP_ADDR#unix://}\" -o $NOMAD_ALLOC_DIR/data/new"
                    + " -H \"X-Consul-Token: $CONSUL_HTTP_TOKEN\" http://agent/v1/agent/connect/ca/leaf/users"
                    + " && mv $NOMAD_ALLOC_DIR/data/new $NOMAD_ALLOC_DIR/data/leaf; sleep 0.2; done";
            agent.run(
                    "users",
                    "service",
                    ask,
                    "\"Networks\":[{\"Mode\":\"bridge\",\"DynamicPorts\":[{\"Label\":\"api\"}]}],"
                            + "\"Services\":[{\"Name\":\"users\",\"PortLabel\":\"api\",\"TaskName\":\"t\","
                            + "\"Connect\":{\"Native\":true}}],");
            agent.awaitStatus("users", "running");
            var leaf = agent.data().resolve("alloc/" + agent.idOf("users") + "/alloc/data/leaf");
            agent.await("a certificate", () -> said(leaf).contains("PrivateKeyPEM"));
            assertThat(said(leaf)).contains("/svc/users");

            agent.kill();
            Files.delete(leaf);
            agent.start();
            agent.await("the certificate again", () -> said(leaf).contains("PrivateKeyPEM"));
            agent.send("DELETE", "/v1/job/users", "");
            agent.awaitStatus("users", "complete");
            var socket = leaf.getParent().resolveSibling("tmp/consul_http.sock");
            agent.await("its socket to go", () -> !Files.exists(socket));
        }
    }

    private static String said(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
    }
}
