package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static dev.steppe.agent.RunningNode.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.TaskScope;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What configurations in both dialects say about an agent's APIs, names and figures has its effect on one that runs. */
class AgentKeysTest {
    @TempDir
    Path directory;

    private RunningNode start(String nomad, String consul) throws IOException {
        var file = Files.writeString(directory.resolve("consul.hcl"), "server = true\n" + consul);
        return RunningNode.start(directory, nomad, "-config=" + file);
    }

    private static HttpResponse<String> ask(InetSocketAddress address, String path) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(
                                    URI.create("http://" + address.getHostString() + ":" + address.getPort() + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void it_listens_where_it_is_told_and_tells_others_what_it_is_told() throws Exception {
        try (var node = start("""
                bind_addr = "127.0.0.2"
                addresses {
                  http = "127.0.0.3"
                }
                advertise {
                  http = "127.0.0.9:4646"
                }
                """, """
                client_addr = "127.0.0.4"
                addresses {
                  dns = "127.0.0.5"
                }
                """)) {
            assertThat(node.agent().nomadAddress().getHostString()).isEqualTo("127.0.0.3");
            assertThat(node.agent().consulAddress().getHostString()).isEqualTo("127.0.0.4");
            assertThat(node.names().getHostString()).isEqualTo("127.0.0.5");
            assertThat(ask(node.agent().nomadAddress(), "/v1/agent/self").body())
                    .contains("127.0.0.9:4646");
        }
        try (var node = start(
                "bind_addr = \"127.0.0.2\"\n", "client_addr = \"127.0.0.4\"\naddresses {\nhttp = \"127.0.0.6\"\n}\n")) {
            assertThat(node.agent().nomadAddress().getHostString()).isEqualTo("127.0.0.2");
            assertThat(node.agent().consulAddress().getHostString()).isEqualTo("127.0.0.6");
            assertThat(node.names().getHostString()).isEqualTo("127.0.0.4");
        }
    }

    @Test
    void answers_of_both_apis_have_the_headers_that_are_configured() throws Exception {
        try (var node = start("""
                http_api_response_headers {
                  "X-Nomad" = "yes"
                }
                """, """
                http_config {
                  response_headers {
                    "X-Consul" = "yes"
                  }
                }
                """)) {
            assertThat(ask(node.agent().nomadAddress(), "/v1/agent/self")
                            .headers()
                            .firstValue("X-Nomad"))
                    .contains("yes");
            assertThat(ask(node.agent().consulAddress(), "/v1/agent/self")
                            .headers()
                            .firstValue("X-Consul"))
                    .contains("yes");
        }
    }

    @Test
    void figures_are_those_that_are_wanted() throws Exception {
        try (var node = start("""
                telemetry {
                  prometheus_metrics         = true
                  publish_allocation_metrics = false
                  publish_node_metrics       = false
                  prefix_filter              = ["-nomad.raft"]
                  filter_default             = true
                }
                """, "")) {
            node.run("""
                    job "measured" {
                      group "g" {
                        task "t" {
                          driver = "raw_exec"
                          config {
                            command = "/bin/sleep"
                            args    = ["1000"]
                          }
                          resources {
                            cpu    = 20
                            memory = 20
                          }
                        }
                      }
                    }
                    """);
            node.awaitStatus("measured", "running");
            var text = ask(node.agent().nomadAddress(), "/v1/metrics?format=prometheus");
            assertThat(text.statusCode()).isEqualTo(200);
            assertThat(text.body())
                    .contains("nomad_")
                    .doesNotContain("nomad_raft", "nomad_client_allocs_memory", "nomad_client_host_");
        }
        try (var node = start("""
                telemetry {
                  prometheus_metrics = false
                  prefix_filter      = ["+nomad.client"]
                  filter_default     = false
                }
                """, "")) {
            assertThat(ask(node.agent().nomadAddress(), "/v1/metrics?format=prometheus")
                            .statusCode())
                    .isNotEqualTo(200);
            var names = node.get("/v1/metrics").toString();
            assertThat(names).contains("nomad.client").doesNotContain("nomad.raft", "nomad.broker");
        }
    }

    @Test
    void names_are_answered_in_the_domain_and_for_as_long_as_configured_and_others_asked_elsewhere() throws Exception {
        try (var scope = new TaskScope("elsewhere");
                var elsewhere = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            var asked = new CompletableFuture<String>();
            scope.startVirtual("names elsewhere", () -> {
                try {
                    var packet = new DatagramPacket(new byte[512], 512);
                    elsewhere.receive(packet);
                    asked.complete(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1));
                } catch (IOException closed) {
                    asked.completeExceptionally(closed);
                }
            });
            try (var node =
                    start("name = \"fields\"\nports {\ndns = 0\n}\n", """
                    domain    = "corp"
                    recursors = ["127.0.0.1:%d"]
                    dns_config {
                      node_ttl         = "7s"
                      recursor_timeout = "300ms"
                      service_ttl {
                        "*" = "9s"
                      }
                    }
                    node_meta {
                      floor = "2"
                    }
                    """.formatted(elsewhere.getLocalPort()))) {
                assertThat(ttl(node, "fields.node.corp")).isEqualTo(7);
                assertThat(ttl(node, "nomad.service.corp")).isEqualTo(9);
                assertThat(at(list(node.get("/v1/nodes")), 0, "Name")).isEqualTo("fields");
                var answer = query(node, "www.example.org");
                assertThat(answer[3] & 15).as("nobody answered in time").isEqualTo(2);
                assertThat(asked.get(120, TimeUnit.SECONDS)).contains("example");
                assertThat(node.get("/v1/node/" + at(node.get("/v1/nodes"), 0, "ID"))
                                .toString())
                        .contains("floor=2");
            }
        }
    }

    /**
     * An address of this machine that is not loopback's; connections that never leave the machine may come from it. The
     * interfaces that were there first stay, those of bridges may go meanwhile.
     */
    private static Optional<InetAddress> own() throws IOException {
        return NetworkInterface.networkInterfaces()
                .sorted(Comparator.comparing(NetworkInterface::getIndex))
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst();
    }

    /** One caller has this many connections open that are answered, and a further one is turned away unheard. */
    private static void assertThatConnectionsAreBounded(InetSocketAddress api, InetAddress caller, int most)
            throws IOException {
        var open = new ArrayList<Socket>();
        try {
            for (int i = 0; i <= most; i++) {
                var socket = new Socket(api.getAddress(), api.getPort(), caller, 0);
                open.add(socket);
                socket.setSoTimeout(20_000);
                if (i < most) {
                    socket.getOutputStream()
                            .write("GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n\r\n"
                                    .getBytes(StandardCharsets.UTF_8));
                }
                assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8))
                        .isEqualTo(i < most ? "HTTP/1.1 200" : "HTTP/1.1 429");
            }
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void one_caller_has_as_many_connections_as_each_dialect_allows() throws Exception {
        var caller = own();
        assumeTrue(caller.isPresent(), "needs an address that is not loopback's");
        try (var node =
                start("limits {\nhttp_max_conns_per_client = 1\n}\n", "limits {\nhttp_max_conns_per_client = 2\n}\n")) {
            assertThatConnectionsAreBounded(node.agent().nomadAddress(), caller.get(), 1);
            assertThatConnectionsAreBounded(node.agent().consulAddress(), caller.get(), 2);
        }
    }

    @Test
    void an_agent_is_who_consul_s_file_says_and_denies_and_counts_what_it_says() throws Exception {
        var id = "6d0d5b3e-5a0c-4b8f-8a3d-0a1b2c3d4e5f";
        try (var node = start("", """
                datacenter               = "dc9"
                node_id                  = "%s"
                advertise_addr           = "127.0.0.9"
                default_intention_policy = "deny"
                connect {
                  enabled     = true
                  ca_provider = "consul"
                }
                telemetry {
                  prefix_filter  = ["+nomad.client"]
                  filter_default = false
                }
                """.formatted(id))) {
            assertThat(node.catalog("/v1/catalog/datacenters")).hasToString("[dc9]");
            assertThat(at(node.get("/v1/nodes"), 0, "ID")).isEqualTo(id);
            assertThat(at(node.get("/v1/nodes"), 0, "Datacenter")).isEqualTo("dc9");
            assertThat(at(node.get("/v1/agent/self"), "config", "Listeners", "Nomad API", "Advertised"))
                    .asString()
                    .startsWith("127.0.0.9:");
            assertThat(isAllowed(node)).isEqualTo(false);
            assertThat(at(node.catalog("/v1/connect/ca/configuration"), "Provider"))
                    .isEqualTo("consul");
            assertThat(node.get("/v1/metrics").toString())
                    .contains("nomad.client")
                    .doesNotContain("nomad.raft", "nomad.broker");
        }
        var elsewhere = Files.writeString(directory.resolve("vault.hcl"), """
                server = true
                connect {
                  ca_provider = "vault"
                }
                """);
        assertThat(AgentArguments.parse(List.of("-dev", "-config=" + elsewhere), Map.of(), false)
                        .trouble())
                .contains("connect.ca_provider", "other than \"consul\"");
        try (var node = start("", """
                advertise_addr_ipv4 = "127.0.0.10"
                acl {
                  default_policy = "deny"
                }
                """)) {
            assertThat(at(node.get("/v1/agent/self"), "config", "Listeners", "Nomad API", "Advertised"))
                    .asString()
                    .startsWith("127.0.0.10:");
            assertThat(isAllowed(node)).isEqualTo(false);
        }
        try (var node = start("", "acl {\ndefault_policy = \"deny\"\n}\ndefault_intention_policy = \"allow\"\n")) {
            assertThat(isAllowed(node)).isEqualTo(true);
        }
    }

    /** Whether a call is allowed that no intention speaks of. */
    private static Object isAllowed(RunningNode node) throws Exception {
        return at(node.catalog("/v1/connect/intentions/check?source=a&destination=b"), "Allowed");
    }

    private static int ttl(RunningNode node, String name) throws IOException {
        var answer = ByteBuffer.wrap(query(node, name));
        assertThat(answer.getShort(6)).as("answers for " + name).isPositive();
        // the name of the answer points to the question
        int first = 12 + name.length() + 2 + 4;
        return answer.getInt(first + 2 + 2 + 2);
    }

    /** Asks for the addresses of a name. */
    static byte[] query(RunningNode node, String name) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        for (int word : new int[] {4711, 0x0100, 1, 0, 0, 0}) {
            out.writeShort(word);
        }
        for (String label : List.of(name.split("\\.", -1))) {
            out.writeByte(label.length());
            out.writeBytes(label);
        }
        out.writeByte(0);
        out.writeShort(1);
        out.writeShort(1);
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(20_000);
            socket.send(new DatagramPacket(bytes.toByteArray(), bytes.size(), node.names()));
            var answer = new DatagramPacket(new byte[1500], 1500);
            socket.receive(answer);
            return java.util.Arrays.copyOf(answer.getData(), answer.getLength());
        }
    }
}
